-- What is still to be delivered is the price less what has become revenue: a month of a schedule
-- that dropped out of both would be owed to nobody.
with definition as (
    select policy_id from {{ source('definitions', 'definition_set') }}
    where is_primary
),

remaining as (
    select
        erp_system,
        obligation_id,
        min(balance_period) as balance_period,
        sum(remaining_amount) as amount
    from {{ ref('rpt_remaining_obligation') }}
    where timing <> 'not_scheduled'
    group by erp_system, obligation_id
),

recognised as (
    select
        schedule.erp_system,
        schedule.obligation_id,
        sum(schedule.amount) as amount
    from {{ ref('int_revenue__schedule') }} as schedule
    inner join definition on schedule.policy_id = definition.policy_id
    where schedule.period <= (select min(balance_period) from remaining)
    group by schedule.erp_system, schedule.obligation_id
),

price as (
    select
        version.erp_system,
        version.obligation_id,
        version.amount,
        row_number() over (
            partition by version.erp_system, version.obligation_id
            order by version.version_number desc
        ) as newest_first
    from {{ ref('int_revenue__obligation_version') }} as version
    inner join definition on version.policy_id = definition.policy_id
)

select
    remaining.erp_system,
    remaining.obligation_id,
    remaining.amount as remaining_amount,
    recognised.amount as recognised_amount,
    price.amount
from remaining
inner join price
    on
        remaining.erp_system = price.erp_system
        and remaining.obligation_id = price.obligation_id
        and price.newest_first = 1
left join recognised
    on
        remaining.erp_system = recognised.erp_system
        and remaining.obligation_id = recognised.obligation_id
where remaining.amount + coalesce(recognised.amount, 0) <> price.amount
