-- one row per definition set that has a reporting currency
with definition_set as (
    select * from {{ source('definitions', 'definition_set') }}
    where reporting_currency is not null
),

currency as (select * from {{ ref('int_reference__currency') }}),

final as (
    select
        definition_set.definition_id,
        definition_set.reporting_currency,
        coalesce(currency.minor_unit, 2) as minor_unit,
        {{ minor_unit_granule('coalesce(currency.minor_unit, 2)') }} as granule,
    from definition_set
    left join currency on definition_set.reporting_currency = currency.currency
)

select * from final
