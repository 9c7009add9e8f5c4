-- one row per sales order and item that it orders
select
    erp_system,
    order_id,
    sku_normalised,
    sum(quantity) as quantity,
    sum(amount) as amount,
from {{ ref('int_erp__order_line') }}
where sku_normalised is not null and line_type = 'item'
group by erp_system, order_id, sku_normalised
