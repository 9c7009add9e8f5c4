-- one row per definition set and period that was ever published as closed, or is with this run
with locked as (select * from {{ ref('int_prior_period__locked') }}),

now as (
    select definition_id, period, bool_and(is_closed) as is_closed
    from {{ ref('rpt_bridge_anchor') }}
    group by definition_id, period
),

closing as (select * from {{ ref('int_booking__period_lock') }}),

final as (
    select
        coalesce(locked.definition_id, now.definition_id) as definition_id,
        coalesce(locked.period, now.period) as period,
        coalesce(locked.first_locked_at, run.as_of) as first_locked_at,
        closing.locked_on as period_closed_on,
        coalesce(now.is_closed, false) as is_closed,
        not coalesce(now.is_closed, false) as is_reopened,
    from now
    full outer join locked
        on now.definition_id = locked.definition_id and now.period = locked.period
    left join closing on coalesce(locked.period, now.period) = closing.period
    cross join {{ ref('int_bridge__run') }} as run
    where now.is_closed or locked.period is not null
)

select * from final
