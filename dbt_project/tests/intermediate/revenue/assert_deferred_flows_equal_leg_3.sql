-- The bridge and the roll-forwards tell one story: what leg 3 defers, releases and earns ahead in a
-- cell, and moves to another, is what moved on deferred revenue and contract assets there.
with movement as (
    select
        entity,
        currency,
        period,
        amount
    from {{ ref('int_bridge__schedule_step') }}
    union all
    -- journals that recognise nothing are no step of leg 3
    select
        entity,
        currency,
        period,
        case balance when 'contract_asset' then -amount else amount end as amount
    from {{ ref('int_revenue__balance_movement') }}
    where kind in ('billed', 'recognised', 'modified', 'fx', 'moved')
)

-- what is recognised in the month of its bill is no step of leg 3 and moves nothing
select
    entity,
    currency,
    period,
    sum(amount) as difference
from movement
group by entity, currency, period
having sum(amount) <> 0
