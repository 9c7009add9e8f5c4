-- one row per system, measure and record whose two statements of one amount differ
with

stated as (
    select * from {{ ref('int_operations__stated_total') }}
    where is_different
),

final as (
    select
        system,
        object,
        measure,
        record_id,
        currency,
        stated_as,
        second_statement,
        stated,
        computed,
        difference,
    from stated
)

select * from final
