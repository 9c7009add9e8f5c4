-- What would the number be if "closed" meant a purchase order was received?
with

quarter as (
    select date '2025-01-01' as starts_on
),

-- What a set counts of the CRM's bookings: not what its definition, duplicates or exclusions take.
counted as (
    select definition_id, entity, currency, period, amount,
    from revenue_bridge.rpt_bridge_anchor
    where anchor = 'bookings'
    union all by name
    select definition_id, entity, currency, period, amount,
    from revenue_bridge.rpt_revenue_bridge
    where line_code in ('1.01', '1.02', '1.03')
),

step as (
    select
        entity,
        currency,
        period,
        case definition_id when 'standard' then 1 else 3 end as step,
        definition_id as line,
        amount,
    from counted
    where definition_id in ('standard', 'cash_and_po')
    union all by name
    select entity, currency, period, 2 as step, reason as line, amount, record_count,
    from revenue_bridge.rpt_definition_compare
    where
        from_definition_id = 'standard'
        and to_definition_id = 'cash_and_po'
        and anchor = 'counted_bookings'
)

select
    step.entity,
    step.currency,
    step.step,
    step.line,
    sum(step.amount) as amount,
    sum(step.record_count) as deals,
from step
inner join quarter
    on date_trunc('quarter', step.period) = quarter.starts_on
group by all
order by step.entity, step.currency, step.step, step.line
