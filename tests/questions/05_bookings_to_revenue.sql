-- Why is this quarter's bookings number not finance's revenue number?
with

quarter as (
    select date '2025-01-01' as starts_on
),

step as (
    select entity, currency, period, leg, line_code, line_name, amount, atom_count,
    from revenue_bridge.rpt_revenue_bridge
    where definition_id = 'standard' and leg between 1 and 3
    union all by name
    select
        entity,
        currency,
        period,
        case anchor when 'bookings' then 0 when 'orders' then 1 when 'billings' then 2 else 3 end
            as leg,
        'total' as line_code,
        anchor as line_name,
        amount,
    from revenue_bridge.rpt_bridge_anchor
    where definition_id = 'standard' and anchor <> 'cash'
)

select
    step.entity,
    step.currency,
    step.leg,
    step.line_code,
    step.line_name,
    sum(step.amount) as amount,
    sum(step.atom_count) as atoms,
from step
inner join quarter
    on date_trunc('quarter', step.period) = quarter.starts_on
group by all
order by step.entity, step.currency, step.leg, step.line_code
