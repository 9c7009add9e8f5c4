-- one row per definition set, leg, entity, currency and month from the first to the last month of
-- the set: what waits for its counterpart, opening and closing
with atom as (select * from {{ ref('int_timing__atom') }}),

flow as (
    select
        definition_id,
        leg,
        entity,
        currency,
        period,
        sum(case when amount < 0 then -amount else 0 end) as added,
        sum(case when amount > 0 then -amount else 0 end) as reversed
    from atom
    group by definition_id, leg, entity, currency, period
),

month as (
    select definition_id, period
    from flow
    group by definition_id, period
),

-- the key of a cell that has nothing in a later month must not drop out of it
cell as (
    select definition_id, leg, entity, currency
    from flow
    group by definition_id, leg, entity, currency
),

monthly as (
    select
        cell.definition_id,
        cell.leg,
        cell.entity,
        cell.currency,
        month.period,
        coalesce(flow.added, 0) as added,
        coalesce(flow.reversed, 0) as reversed
    from cell
    inner join month on cell.definition_id = month.definition_id
    left join flow
        on
            cell.definition_id = flow.definition_id
            and cell.leg = flow.leg
            and cell.entity = flow.entity
            and cell.currency = flow.currency
            and month.period = flow.period
),

running as (
    select
        *,
        sum(added + reversed) over (
            partition by definition_id, leg, entity, currency
            order by period
            rows between unbounded preceding and current row
        ) as closing
    from monthly
),

final as (
    select
        definition_id,
        cast(leg as integer) as leg,
        entity,
        currency,
        period,
        cast(closing - added - reversed as decimal(28, 4)) as opening,
        cast(added as decimal(28, 4)) as added,
        cast(reversed as decimal(28, 4)) as reversed,
        cast(closing as decimal(28, 4)) as closing
    from running
)

select * from final
