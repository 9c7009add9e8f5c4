-- The list of deals without an order and the bridge's lines 1.05 to 1.07 are the same money.
with both_sides as (
    select definition_id, entity, currency, period, -amount as amount
    from {{ ref('rpt_leakage') }}
    union all
    select
        bridge.definition_id,
        bridge.entity,
        bridge.currency,
        bridge.period,
        -bridge.amount as amount,
    from {{ ref('rpt_revenue_bridge') }} as bridge
    inner join {{ source('definitions', 'definition_set') }} as definition_set
        on bridge.definition_id = definition_set.definition_id
    where definition_set.is_primary and bridge.line_code in ('1.05', '1.06', '1.07')
)

select definition_id, entity, currency, period, sum(amount) as difference
from both_sides
group by definition_id, entity, currency, period
having sum(amount) <> 0
