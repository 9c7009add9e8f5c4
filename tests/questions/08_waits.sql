-- How long from close to order to invoice to cash (p50, p90), by owner, product and entity?
select
    cut,
    value,
    step,
    done_count,
    p50_days,
    p90_days,
    open_count,
    open_longest_days,
from opportunity_to_order.rpt_order_to_cash_wait
where cut in ('owner', 'product', 'entity')
order by cut, value, step_number
