-- What closed last quarter net of returns and pending credit memos? One number for the CFO and the CRO.
with

quarter as (
    select date '2025-01-01' as starts_on
),

-- From the CRO's number to the CFO's: every step is a sum of bridge lines, none is a remainder.
step as (
    select entity, currency, period, 'closed' as step, amount,
    from revenue_bridge.rpt_bridge_anchor
    where definition_id = 'standard' and anchor = 'bookings'
    union all by name
    select
        entity,
        currency,
        period,
        case
            when line_code in ('1.01', '1.02', '1.03') then 'not_counted'
            when leg = 1 then 'ordered_otherwise'
            when line_code = '2.07' then 'returned'
            else 'billed_otherwise'
        end as step,
        amount,
    from revenue_bridge.rpt_revenue_bridge
    -- line 2.08 is there under net_pending only; what is pending is stated below, whatever the set
    where definition_id = 'standard' and leg in (1, 2) and line_code <> '2.08'
    union all by name
    select entity, currency, period, 'pending' as step, pending_amount as amount,
    from revenue_bridge.rpt_net_billings
    union all by name
    select entity, currency, period, 'net' as step, net_of_pending_amount as amount,
    from revenue_bridge.rpt_net_billings
)

select
    step.entity,
    step.currency,
    sum(case when step.step = 'closed' then step.amount else 0 end) as closed,
    sum(case when step.step = 'not_counted' then step.amount else 0 end) as not_counted,
    sum(case when step.step = 'ordered_otherwise' then step.amount else 0 end)
        as ordered_otherwise,
    sum(case when step.step = 'billed_otherwise' then step.amount else 0 end) as billed_otherwise,
    sum(case when step.step = 'returned' then step.amount else 0 end) as returned,
    sum(case when step.step = 'pending' then step.amount else 0 end) as pending_credits,
    sum(case when step.step = 'net' then step.amount else 0 end) as net,
from step
inner join quarter
    on date_trunc('quarter', step.period) = quarter.starts_on
group by step.entity, step.currency
order by step.entity, step.currency
