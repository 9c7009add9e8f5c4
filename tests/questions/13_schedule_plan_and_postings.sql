-- Our recomputed schedule against the ERP's schedule against the postings: where do they differ?
select
    difference.entity,
    difference.currency,
    difference.contract_id,
    difference.obligation_id,
    difference.period,
    schedule.scheduled_amount as our_schedule,
    schedule.erp_scheduled_amount as erp_plan,
    schedule.posted_amount as posted,
    difference.cause,
    difference.amount,
    difference.counter_period as other_period,
    difference.document_type,
    coalesce(difference.document_number, difference.document_id) as document,
from revenue_bridge.rpt_schedule_difference as difference
left join revenue_bridge.fct_revenue_schedule as schedule
    using (erp_system, obligation_id, period)
order by
    difference.entity,
    difference.currency,
    difference.obligation_id,
    difference.period,
    difference.cause
