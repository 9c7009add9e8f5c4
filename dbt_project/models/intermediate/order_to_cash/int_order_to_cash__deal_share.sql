-- one row per order line and deal that ordered it: how much of it
select
    crm_system,
    opportunity_id,
    erp_system,
    order_id,
    order_line_id,
    cast(sum(ordered_amount) as decimal(28, 4)) as ordered_amount,
from {{ ref('int_order_link__allocation') }}
group by crm_system, opportunity_id, erp_system, order_id, order_line_id
