-- What is one customer worth in all, with everything it owns and across all channels?
with

sale as (
    select customer_key, 'deal' as channel, currency, booked_amount, ordered_amount, billed_amount,
    from opportunity_to_order.fct_opportunity_to_cash
    where status <> 'not_counted'
    union all by name
    select customer_key, channel, currency, amount as ordered_amount,
    from opportunity_to_order.fct_unlinked_order
)

select
    top.customer_name,
    sale.channel,
    sale.currency,
    count(distinct sale.customer_key) as companies,
    sum(sale.booked_amount) as booked,
    sum(sale.ordered_amount) as ordered,
    sum(sale.billed_amount) as billed_on_deals,
from sale
inner join account_mapping.map_customer_hierarchy as family
    on sale.customer_key = family.descendant_customer_key
inner join account_mapping.dim_customer as top
    on family.ancestor_customer_key = top.customer_key
where top.ultimate_parent_customer_key = top.customer_key
group by top.customer_name, sale.channel, sale.currency
order by top.customer_name, sale.channel, sale.currency
