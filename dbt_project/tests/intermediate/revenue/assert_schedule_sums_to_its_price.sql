-- A schedule that lost or gained a cent would recognise another revenue than was sold.
with version as (select * from {{ ref('int_revenue__obligation_version') }}),

agreed as (
    select * from version
    where
        until_date is null
        and recognition like 'straight_line%'
        and end_date is not null
)

select
    schedule.policy_id,
    schedule.erp_system,
    schedule.obligation_id,
    sum(schedule.amount) as scheduled_amount,
    agreed.amount
from {{ ref('int_revenue__schedule') }} as schedule
inner join agreed
    on
        schedule.policy_id = agreed.policy_id
        and schedule.erp_system = agreed.erp_system
        and schedule.obligation_id = agreed.obligation_id
group by schedule.policy_id, schedule.erp_system, schedule.obligation_id, agreed.amount
having sum(schedule.amount) <> agreed.amount
