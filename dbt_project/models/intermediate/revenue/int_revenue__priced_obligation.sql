-- one row per performance obligation, with its stand-alone price on the day it was agreed and what
-- the primary definition set says of its share in the contract's price
{%- set key = ['erp_system', 'obligation_id'] %}
with stated as (select * from {{ ref('int_revenue__stated_obligation') }}),

option as (select * from {{ ref('int_revenue__option') }}),

stand_alone_price as (select * from {{ ref('int_revenue__stand_alone_price') }}),

contract_name as (select * from {{ ref('int_revenue__contract_name') }}),

variable_price as (select * from {{ source('definitions', 'contract_variable_price') }}),

adjustment as (
    select
        erp_system,
        obligation_id,
        sum(amount) as amount
    from {{ ref('int_revenue__price_adjustment') }}
    group by erp_system, obligation_id
),

allocation_rule as (
    select rule.*
    from {{ source('definitions', 'revenue_policy_rule') }} as rule
    inner join {{ source('definitions', 'definition_set') }} as definition_set
        on rule.policy_id = definition_set.policy_id and definition_set.is_primary
    where rule.allocation is not null
),

obligation as (
    select * from stated
    union all by name
    select * exclude (stand_alone_units) from option
),

ruled as (
    select
        obligation.erp_system,
        obligation.obligation_id,
        rule.allocation,
        row_number() over (
            partition by obligation.erp_system, obligation.obligation_id order by rule.priority
        ) as preference
    from obligation
    inner join allocation_rule as rule on {{ policy_rule_matches('rule', 'obligation') }}
),

-- what is priced by use or sales takes no share of a fixed price
variable as (
    select
        stated.erp_system,
        stated.obligation_id
    from variable_price
    inner join contract_name
        on
            variable_price.erp_system = contract_name.erp_system
            and variable_price.contract = contract_name.contract_name
    inner join stated
        on
            {{ same_keys('contract_name', 'stated', ['erp_system', 'contract_id']) }}
            and {{ term_names_obligation('variable_price', 'stated') }}
    group by stated.erp_system, stated.obligation_id
),

joined as (
    select
        obligation.*,
        cast(coalesce(adjustment.amount, 0) as decimal(28, 4)) as price_adjustment,
        case
            when variable.obligation_id is not null then 'none'
            else coalesce(ruled.allocation, 'relative')
        end as allocation,
        price.stand_alone_units,
        price.low_units,
        price.high_units
    from obligation
    left join ruled on {{ same_keys('obligation', 'ruled', key) }} and ruled.preference = 1
    left join adjustment on {{ same_keys('obligation', 'adjustment', key) }}
    left join variable on {{ same_keys('obligation', 'variable', key) }}
    left join stand_alone_price as price on {{ same_keys('obligation', 'price', key) }}
),

final as (
    select
        *,
        -- what was agreed together, for one entity and in one currency, shares one price
        contract_id || '|' || entity || '|' || currency || '|'
        || coalesce(cast(agreed_on as {{ dbt.type_string() }}), '') as bargain_id,
        {{ to_minor('sales_amount + price_adjustment', 'minor_unit') }} as price_units,
        {{ to_minor(from_ten_thousandths('stand_alone_units'), 'minor_unit') }}
            as stand_alone_minor_units,
        -- what is taken back or owed to the customer has no price of its own to share in
        coalesce(
            not is_return
            and sales_amount >= 0
            and coalesce(quantity, 1) > 0
            and allocation <> 'none',
            false
        ) as is_sharing
    from joined
)

select * from final
