-- one row per performance obligation, with its stand-alone price on the day it was agreed and what
-- the primary definition set says of its share in the contract's price
with stated as (select * from {{ ref('int_revenue__stated_obligation') }}),

option as (select * from {{ ref('int_revenue__option') }}),

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

stand_alone_price as (
    {{ union_systems(var('erp_systems'), 'stand_alone_price') }}
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

agreed as (
    select
        *,
        case when added_on > inception_date then added_on else inception_date end as agreed_on
    from obligation
),

ruled as (
    select
        agreed.erp_system,
        agreed.obligation_id,
        rule.allocation,
        row_number() over (
            partition by agreed.erp_system, agreed.obligation_id order by rule.priority
        ) as preference
    from agreed
    inner join allocation_rule as rule on {{ policy_rule_matches('rule', 'agreed') }}
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
            contract_name.erp_system = stated.erp_system
            and contract_name.contract_id = stated.contract_id
            and {{ term_names_obligation('variable_price', 'stated') }}
    group by stated.erp_system, stated.obligation_id
),

-- a price of the item goes before one of its category, a later one before an earlier one
priced as (
    select
        agreed.erp_system,
        agreed.obligation_id,
        price.range_policy,
        {%- for measure in ['unit', 'low', 'high'] %}
        {{ price_times_quantity(
            hundred_millionths('price.' ~ measure ~ '_price'), hundred_millionths('agreed.quantity')
        ) }} as {{ measure }}_units,
        {%- endfor %}
        {{ ten_thousandths('agreed.sales_amount') }} as sales_units,
        row_number() over (
            partition by agreed.erp_system, agreed.obligation_id
            order by
                case when price.item_id is not null then 0 else 1 end asc,
                price.valid_from desc,
                price.stand_alone_price_id asc
        ) as preference
    from agreed
    inner join stand_alone_price as price
        on
            agreed.erp_system = price.source_system
            and agreed.currency = price.currency
            and agreed.agreed_on >= price.valid_from
            and agreed.agreed_on < price.valid_to
            and (
                agreed.item_id = price.item_id
                or (price.item_id is null and agreed.revenue_category = price.revenue_category)
            )
),

-- where a price has a range, what was agreed within it counts, and its policy says what else
ranged as (
    select
        *,
        case
            when range_policy is null or coalesce(low_units, high_units) is null then unit_units
            when
                sales_units >= coalesce(low_units, sales_units)
                and sales_units <= coalesce(high_units, sales_units) then sales_units
            when range_policy = 'high' then coalesce(high_units, unit_units)
            when range_policy = 'low' then coalesce(low_units, unit_units)
            when range_policy = 'boundary' and sales_units < low_units then low_units
            when range_policy = 'boundary' then high_units
            else unit_units
        end as stand_alone_units
    from priced
    where preference = 1
),

joined as (
    select
        agreed.*,
        cast(coalesce(adjustment.amount, 0) as decimal(28, 4)) as price_adjustment,
        case
            when variable.obligation_id is not null then 'none'
            else coalesce(ruled.allocation, 'relative')
        end as allocation,
        coalesce(option.stand_alone_units, ranged.stand_alone_units) as stand_alone_units,
        ranged.low_units,
        ranged.high_units
    from agreed
    left join ruled
        on
            agreed.erp_system = ruled.erp_system
            and agreed.obligation_id = ruled.obligation_id
            and ruled.preference = 1
    left join adjustment
        on
            agreed.erp_system = adjustment.erp_system
            and agreed.obligation_id = adjustment.obligation_id
    left join variable
        on
            agreed.erp_system = variable.erp_system
            and agreed.obligation_id = variable.obligation_id
    left join option
        on
            agreed.erp_system = option.erp_system
            and agreed.obligation_id = option.obligation_id
    left join ranged
        on
            agreed.erp_system = ranged.erp_system
            and agreed.obligation_id = ranged.obligation_id
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
