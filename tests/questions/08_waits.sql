-- How long from close to order to invoice to cash (p50, p90), by owner, product and entity?
with

deal as (
    select * from opportunity_to_order.fct_opportunity_to_cash
    where status <> 'not_counted'
),

product as (
    select crm_system, opportunity_id, sku,
    from opportunity_to_order.fct_allocation
    group by all
),

slice as (
    select 'entity' as cut, entity as value, deal.* from deal
    union all
    select 'owner' as cut, owner_name as value, deal.* from deal
    union all
    select 'product' as cut, product.sku as value, deal.*
    from deal
    inner join product using (crm_system, opportunity_id)
)

select
    cut,
    value,
    count(days_close_to_order) as ordered,
    quantile_disc(days_close_to_order, 0.5) as close_to_order_p50,
    quantile_disc(days_close_to_order, 0.9) as close_to_order_p90,
    count(days_order_to_invoice) as invoiced,
    quantile_disc(days_order_to_invoice, 0.5) as order_to_invoice_p50,
    quantile_disc(days_order_to_invoice, 0.9) as order_to_invoice_p90,
    count(days_invoice_to_cash) as paid,
    quantile_disc(days_invoice_to_cash, 0.5) as invoice_to_cash_p50,
    quantile_disc(days_invoice_to_cash, 0.9) as invoice_to_cash_p90,
from slice
group by cut, value
having ordered > 0
order by cut, value
