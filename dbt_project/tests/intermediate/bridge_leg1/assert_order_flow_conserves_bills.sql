-- What was billed and paid on allocated order lines, in the order's currency, is what their deals
-- share: sharing an order line among deals neither makes nor loses money.
with allocated as (
    select erp_system, order_id, order_line_id
    from {{ ref('int_order_link__allocation') }}
    group by erp_system, order_id, order_line_id
),

shared as (
    select erp_system, order_id, order_line_id, billed_amount, paid_amount
    from {{ ref('int_booking__order_flow') }}
    union all
    select
        billed.erp_system, billed.order_id, billed.order_line_id,
        -billed.billed_amount as billed_amount, -billed.paid_amount as paid_amount
    from {{ ref('int_booking__billed_order_line') }} as billed
    inner join {{ ref('int_erp__order_line') }} as ordered
        on
            billed.erp_system = ordered.erp_system
            and billed.order_id = ordered.order_id
            and billed.order_line_id = ordered.order_line_id
            and billed.currency = ordered.currency
    inner join allocated
        on
            billed.erp_system = allocated.erp_system
            and billed.order_id = allocated.order_id
            and billed.order_line_id = allocated.order_line_id
)

select erp_system, order_id, order_line_id, sum(billed_amount) as billed, sum(paid_amount) as paid
from shared
group by erp_system, order_id, order_line_id
having sum(billed_amount) <> 0 or sum(paid_amount) <> 0
