-- Fails for a cut and step whose waits do not count every deal that took the step exactly once.
-- Products are left out: a deal of two products waits for both.
with

deal as (
    select * from {{ ref('fct_opportunity_to_cash') }}
    where status not in ('not_counted', 'blocked_zero_amount')
),

taken as (
    select 'close_to_order' as step, count(days_close_to_order) as deals from deal
    union all
    select 'order_to_invoice' as step, count(days_order_to_invoice) as deals from deal
    union all
    select 'invoice_to_cash' as step, count(days_invoice_to_cash) as deals from deal
),

shown as (
    select
        cut,
        step,
        sum(done_count) as deals,
    from {{ ref('rpt_order_to_cash_wait') }}
    where cut <> 'product'
    group by cut, step
)

select
    shown.cut,
    shown.step,
    shown.deals,
    taken.deals as deals_that_took_it,
from shown
inner join taken on shown.step = taken.step
where shown.deals <> taken.deals
