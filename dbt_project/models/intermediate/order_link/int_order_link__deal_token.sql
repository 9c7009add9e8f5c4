-- one row per deal and word by which an order may name it: ids and numbers, quotes, contract
with

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
    where not is_deleted
),

quote as (
    {{ union_systems(var('crm_systems'), 'quote') }}
),

contract as (
    select * from {{ ref('int_crm__contract') }}
    where not is_deleted
),

-- a quote that one deal owns; a number that several deals' quotes bear names none
owned_quote as (
    select
        min(source_system) as crm_system,
        {{ number_key('quote_number') }} as token,
        min(opportunity_id) as opportunity_id,
    from quote
    where quote_number is not null and opportunity_id is not null and not is_deleted
    group by {{ number_key('quote_number') }}
    having count(distinct source_system || ':' || opportunity_id) = 1
),

-- a copy of a deal may bear its number, and a second CRM counts from one as well
numbered as (
    select
        crm_system,
        opportunity_id,
        {{ number_key('opportunity_number') }} as token,
        count(*) over (partition by {{ number_key('opportunity_number') }}) as deals_of_number,
    from opportunity
),

named as (
    select
        crm_system,
        opportunity_id,
        1 as tier,
        'opportunity id on order' as link_rule,
        'id' as kind,
        opportunity_id as token,
    from opportunity
    union all
    select
        crm_system,
        opportunity_id,
        -- what several deals bear is no deal's own: like a contract's, it leaves a choice
        case when deals_of_number = 1 then 1 else 4 end as tier,
        'opportunity number on order' as link_rule,
        'number' as kind,
        token,
    from numbered
    union all
    select
        source_system as crm_system,
        opportunity_id,
        3 as tier,
        'quote number on order' as link_rule,
        'id' as kind,
        quote_id as token,
    from quote
    where not is_deleted
    union all
    select
        crm_system,
        opportunity_id,
        3 as tier,
        'quote number on order' as link_rule,
        'number' as kind,
        token,
    from owned_quote
    union all
    select
        opportunity.crm_system,
        opportunity.opportunity_id,
        4 as tier,
        'contract number on order' as link_rule,
        'id' as kind,
        opportunity.contract_id as token,
    from opportunity
    union all
    select
        opportunity.crm_system,
        opportunity.opportunity_id,
        4 as tier,
        'contract number on order' as link_rule,
        'number' as kind,
        {{ number_key('contract.contract_number') }} as token,
    from opportunity
    inner join contract
        on
            opportunity.crm_system = contract.crm_system
            and opportunity.contract_id = contract.contract_id
),

final as (
    select named.*
    from named
    inner join opportunity
        on
            named.crm_system = opportunity.crm_system
            and named.opportunity_id = opportunity.opportunity_id
    where named.token is not null
)

select * from final
