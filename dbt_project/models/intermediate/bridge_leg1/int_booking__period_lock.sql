-- one row per accounting month that every ERP has closed: when the last of them was
with period as (select * from {{ ref('int_erp__period') }}),

final as (
    select
        period,
        -- A period that is closed without saying when was closed no later than it ended.
        cast(max(coalesce(closed_on, end_date)) as date) as locked_on,
    from period
    group by period
    having bool_and(is_closed)
)

select * from final
