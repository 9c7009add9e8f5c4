-- one row per system, object, measure and currency: amounts that a source states twice, summed
with

stated as (
    select * from {{ ref('int_operations__stated_total') }}
),

final as (
    select
        system,
        object,
        measure,
        currency,
        stated_as,
        second_statement,
        tolerance,
        count(*) as record_count,
        cast(sum(case when is_different then 1 else 0 end) as bigint) as different_count,
        {{ money('sum(stated)') }} as stated,
        {{ money('sum(computed)') }} as computed,
        {{ money('sum(difference)') }} as difference,
        {{ money('sum(case when is_different then abs(difference) else 0 end)') }}
            as different_amount,
    from stated
    group by system, object, measure, currency, stated_as, second_statement, tolerance
)

select * from final
