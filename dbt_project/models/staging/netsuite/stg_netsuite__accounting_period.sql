-- one row per source_system and accounting_period_id
with

source as (
    {{ netsuite_rows('accounting_period') }}
),

final as (
    select
        'netsuite' as source_system,
        source.id as accounting_period_id,
        {{ clean_text('source.periodname') }} as period_name,
        {{ month_start('source.startdate') }} as period,
        source.startdate as start_date,
        source.enddate as end_date,
        coalesce(source.isposting, true)
        and not coalesce(source.isquarter, false)
        and not coalesce(source.isyear, false) as is_posting,
        coalesce(source.closed, false) as is_closed,
        coalesce(source.isadjust, false) as is_adjustment,
        source.closedondate as closed_on,
    from source
)

select * from final
