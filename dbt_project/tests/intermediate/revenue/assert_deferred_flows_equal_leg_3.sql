-- The bridge and the roll-forward tell one story: what leg 3 defers, releases and earns ahead in a
-- cell is what moved on deferred revenue and contract assets there.
with movement as (
    select
        entity,
        currency,
        period,
        amount
    from {{ ref('int_bridge__schedule_step') }}
    union all
    select
        entity,
        currency,
        period,
        billed + released + unbilled as amount
    from {{ ref('int_revenue__deferred_flow') }}
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
