-- one row per entity, currency and month from the first to the last movement of deferred revenue
-- anywhere
with flow as (select * from {{ ref('int_revenue__deferred_flow') }}),

span as (
    select
        min(period) as first_period,
        max(period) as last_period
    from flow
),

day as (
    {{ date_spine_rows('(select first_period from span)', '(select last_period from span)') }}
),

month as (
    select calendar_date as period
    from day
    where calendar_date = {{ month_start('calendar_date') }}
),

account as (
    select
        entity,
        currency
    from flow
    group by entity, currency
),

monthly as (
    select
        account.entity,
        account.currency,
        month.period,
        coalesce(flow.billed, 0) as billed,
        coalesce(flow.released, 0) as released,
        coalesce(flow.adjusted, 0) as adjusted,
        coalesce(flow.ledger_movement, 0) as ledger_movement
    from account
    cross join month
    left join flow
        on
            account.entity = flow.entity
            and account.currency = flow.currency
            and month.period = flow.period
),

running as (
    select
        *,
        sum(billed + released + adjusted) over to_date as closing,
        sum(ledger_movement) over to_date as ledger_balance
    from monthly
    window to_date as (
        partition by entity, currency
        order by period
        rows between unbounded preceding and current row
    )
),

final as (
    select
        entity,
        currency,
        period,
        cast(closing - billed - released - adjusted as decimal(28, 4)) as opening,
        cast(billed as decimal(28, 4)) as billed,
        cast(released as decimal(28, 4)) as released,
        cast(adjusted as decimal(28, 4)) as adjusted,
        cast(closing as decimal(28, 4)) as closing,
        cast(ledger_balance as decimal(28, 4)) as ledger_balance,
        cast(closing - ledger_balance as decimal(28, 4)) as difference
    from running
)

select * from final
