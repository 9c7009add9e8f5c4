-- one row per crm_system and opportunity_id
with

opportunity as (
    {{ union_systems(var('crm_systems'), 'opportunity') }}
),

currency as (
    select
        currency,
        minor_unit,
    from {{ ref('int_reference__currency') }}
),

final as (
    select
        opportunity.source_system as crm_system,
        opportunity.* exclude (source_system, currency),
        coalesce(opportunity.currency, 'XXX') as currency,  -- ISO 4217: no currency
        coalesce(currency.minor_unit, 2) as minor_unit,
    from opportunity
    left join currency on opportunity.currency = currency.currency
)

select * from final
