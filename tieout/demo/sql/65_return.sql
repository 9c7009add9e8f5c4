-- Probes may be given back within thirty days. What comes back of those of a month is estimated
-- when they are sold, anew when the estimate is raised, and what did not come back is released: the
-- ERP books it once a month, against revenue and a refund liability.
create table return_event as
with sale as (
    select
        bill_no, line_no, entity_no, currency, bill_date as day, period, amount,
        month_of(bill_date) as sale_month
    from bill_line
    where sku = 'SPR-PROBE-3' and posting and bill_date >= date '2025-01-01'
),
portfolio as (
    select
        entity_no, currency, sale_month, min(day) as first_day, (max(day) + 30)::date as last_day
    from sale group by all
)
select
    entity_no, currency, sale_month, day, 1 as rank, 'estimate' as kind, period, amount as sold,
    0 as credited, 'CustInvc' as type, bill_no as key, line_no
from sale
union all
select
    s.entity_no, s.currency, s.sale_month, c.credit_date, 2, 'consumed', c.period, 0, c.amount,
    'CustCred', c.credit_no, 1
from credit as c inner join sale as s using (bill_no, line_no)
where c.posting and c.credit_date <= s.day + 30
union all
select
    entity_no, currency, sale_month, x.day, x.rank, x.kind, month_of(x.day), 0, 0, null, null, null
from portfolio,
lateral (values (0, 'changed', date '2026-01-01'), (3, 'released', last_day)) as x (rank, kind, day)
where x.day <= date '2026-06-30' and (x.rank = 3 or (x.day > first_day and x.day < last_day));

create table refund_journal as
select
    6000000000 + entity_no * 100000000 + currency_no * 1000000 + year(period) * 100 + month(period)
        as journal_no, entity_no, currency, period
from return_event inner join currency using (currency)
group by all;
