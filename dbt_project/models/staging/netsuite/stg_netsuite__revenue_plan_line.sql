-- one row per source_system, revenue_plan_id and line_number
with

source as (
    {{ netsuite_rows('revenue_plan_planned_revenue', ['revenueplan', 'linenumber']) }}
),

period as (
    select
        accounting_period_id,
        period,
    from {{ ref('stg_netsuite__accounting_period') }}
),

final as (
    select
        'netsuite' as source_system,
        source.revenueplan as revenue_plan_id,
        cast(source.linenumber as integer) as line_number,
        planned.period,
        posted.period as posted_period,
        {{ money('source.amount') }} as amount,
        source.journal as journal_document_id,
        source.journalline as journal_line_id,
        coalesce(source.isrecognized, false) as is_recognised,
    from source
    left join period as planned on source.plannedperiod = planned.accounting_period_id
    left join period as posted on source.postingperiod = posted.accounting_period_id
)

select * from final
