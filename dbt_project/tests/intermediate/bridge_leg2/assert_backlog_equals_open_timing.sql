-- Open timing on the bridge is the backlog list, order line by order line.
with compared as (
    select
        erp_system,
        document_id as order_id,
        document_line_id as order_line_id,
        definition_id,
        -amount as amount
    from {{ ref('int_bridge__leg2_atom') }}
    where step in ('backlog', 'cancelled', 'short_closed', 'bill_missing')
    union all
    select
        backlog.erp_system,
        backlog.order_id,
        backlog.order_line_id,
        setting.definition_id,
        -backlog.amount as amount
    from {{ ref('int_bridge__backlog') }} as backlog
    inner join {{ ref('int_bridge__definition_period') }} as setting
        on backlog.period = setting.period
)

select
    definition_id,
    erp_system,
    order_id,
    order_line_id,
    sum(amount) as difference
from compared
group by definition_id, erp_system, order_id, order_line_id
having sum(amount) <> 0
