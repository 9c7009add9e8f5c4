-- one row per system, measure and record whose amount its source states a second time
{{ config(materialized='view') }}

with

stated as (
    {{ union_systems(var('crm_systems') + var('erp_systems'), 'stated_total') }}
),

final as (
    select
        stated.source_system as system,
        stated.object,
        stated.measure,
        stated.record_id,
        coalesce(stated.currency, '') as currency,
        {{ money('stated.stated') }} as stated,
        {{ money('stated.computed') }} as computed,
        {{ money('stated.computed - stated.stated') }} as difference,
        measure.stated_as,
        measure.second_statement,
        coalesce(measure.tolerance, 0) as tolerance,
        {{ is_further_apart(
            'stated.computed', 'stated.stated', 'coalesce(measure.tolerance, 0)', 'coin.minor_unit'
        ) }} as is_different,
    from stated
    left join {{ ref('stated_total_measure') }} as measure
        on stated.source_system = measure.system and stated.measure = measure.measure
    left join {{ ref('iso_4217') }} as coin on stated.currency = coin.currency
)

select * from final
