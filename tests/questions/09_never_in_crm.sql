-- Which orders and how much revenue never passed through the CRM, by channel?
select
    channel,
    currency,
    count(distinct (erp_system, order_id)) as orders,
    string_agg(distinct order_number, ', ' order by order_number) as order_numbers,
    sum(amount) as ordered,
    sum(billed_amount) as billed,
    sum(recognised_amount) as revenue,
    any_value(next_action) as next_action,
from opportunity_to_order.fct_unlinked_order
where channel <> 'change_order'
group by channel, currency
order by currency, ordered desc, channel
