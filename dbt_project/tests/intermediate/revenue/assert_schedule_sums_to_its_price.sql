-- A schedule that lost or gained a cent would recognise another revenue than was sold.
select
    schedule.erp_system,
    schedule.obligation_id,
    sum(schedule.amount) as scheduled_amount,
    obligation.amount
from {{ ref('int_revenue__schedule') }} as schedule
inner join {{ ref('int_revenue__obligation') }} as obligation
    on
        schedule.erp_system = obligation.erp_system
        and schedule.obligation_id = obligation.obligation_id
group by schedule.erp_system, schedule.obligation_id, obligation.amount
having sum(schedule.amount) <> obligation.amount
