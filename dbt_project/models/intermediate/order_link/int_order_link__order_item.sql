-- one row per sales order and item of it that is not of the deal that its reference names
with

ordered as (
    select
        erp_system,
        order_id,
        sku_normalised,
        sum(quantity) as quantity,
        sum(amount) as amount,
    from {{ ref('int_erp__order_line') }}
    where sku_normalised is not null and line_type = 'item'
    group by erp_system, order_id, sku_normalised
),

referenced as (
    select * from {{ ref('int_order_link__referenced_pair') }}
),

balance as (
    select * from {{ ref('int_order_link__item_balance') }}
    where state = 'beyond'
)

-- of what the orders of a deal have beyond it, one order has no more than it orders
select
    ordered.erp_system,
    ordered.order_id,
    ordered.sku_normalised,
    case
        when abs(balance.quantity_left) < abs(ordered.quantity) then -balance.quantity_left
        else ordered.quantity
    end as quantity,
    case
        when abs(balance.quantity_left) < abs(ordered.quantity) then -balance.amount_left
        else ordered.amount
    end as amount,
from ordered
left join referenced
    on
        ordered.erp_system = referenced.erp_system
        and ordered.order_id = referenced.order_id
        and referenced.is_sole_deal
left join balance
    on
        referenced.crm_system = balance.crm_system
        and referenced.opportunity_id = balance.opportunity_id
        and ordered.erp_system = balance.erp_system
        and ordered.sku_normalised = balance.sku_normalised
where referenced.order_id is null or balance.sku_normalised is not null
