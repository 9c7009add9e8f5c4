-- one row per deal, ERP and item of it that no person and no reference has found in an order
with

sold_item as (
    select * from {{ ref('int_order_link__sold_item') }}
),

balance as (
    select * from {{ ref('int_order_link__item_balance') }}
)

select
    sold_item.crm_system,
    sold_item.opportunity_id,
    sold_item.erp_system,
    sold_item.sku_normalised,
    case when balance.state = 'left' then balance.quantity_left else sold_item.quantity end
        as quantity,
    cast(coalesce(balance.amount_left, sold_item.amount) as decimal(28, 4)) as amount,
from sold_item
left join balance
    on
        sold_item.crm_system = balance.crm_system
        and sold_item.opportunity_id = balance.opportunity_id
        and sold_item.erp_system = balance.erp_system
        and sold_item.sku_normalised = balance.sku_normalised
where coalesce(balance.state, 'left') = 'left'
