-- Which orders, and how much money, never passed through the CRM, by channel?
select
    channel,
    currency,
    count(distinct (erp_system, order_id)) as orders,
    string_agg(distinct order_number, ', ' order by order_number) as order_numbers,
    sum(amount) as ordered,
from opportunity_to_order.fct_unlinked_order
where channel <> 'change_order'
group by channel, currency
order by currency, ordered desc, channel
