-- What the sources' own reports say: report totals, trial balances, row counts.
create table control_salesforce as
select 'opportunity' as object, 'bookings' as measure, '' as entity, o.currency,
    month_of(o.close_date) as period, money(sum(o.amount)::bigint, o.minor_unit) as value
from opportunity_row as o where o.is_won and o.scenario <> 'soft_deleted'
group by o.currency, o.minor_unit, month_of(o.close_date);

create table control_netsuite as
with orders as (
    select 'transaction' as object, 'orders' as measure, o.entity_no, o.currency,
        month_of(o.order_date) as period, sum(l.amount)::bigint as value
    from order_line as l inner join sales_order as o using (order_no)
    where o.fate <> 'cancelled_before_release' group by all
),
billings as (
    select 'transaction', 'billings', entity_no, currency, period, sum(value)::bigint from (
        select entity_no, currency, period, amount as value from bill_line where posting
        union all select entity_no, currency, period, -amount from credit where posting
    ) group by all
),
revenue as (
    select 'transaction', 'revenue', l.entity_no, l.currency, l.period, -sum(l.amount)::bigint
    from tx_line as l inner join gl_account as a on a.account_number = l.account
    where a.account_type = 'Income' and l.posting group by all
),
cash as (
    select 'transaction', 'cash', entity_no, currency, period, sum(value)::bigint from (
        select entity_no, currency, period, amount as value from payment
        union all select b.entity_no, b.currency, b.period, t.net + t.tax from bill as b
        inner join document_total as t using (bill_no) where b.type = 'CashSale'
    ) group by all
),
totals as (
    select * from orders union all select * from billings union all select * from revenue
    union all select * from cash
)
select t.object, t.measure, e.entity, t.currency, t.period, money(t.value, c.minor_unit) as value
from totals as t inner join entity as e using (entity_no) inner join currency as c using (currency)
union all
select 'account', concat('trial_balance_', l.account), e.entity, e.base_currency, l.period,
    money(sum(l.base_amount)::bigint, c.minor_unit)
from tx_line as l inner join entity as e using (entity_no)
inner join currency as c on c.currency = e.base_currency
where l.posting and l.account is not null
group by l.account, e.entity, e.base_currency, l.period, c.minor_unit
union all
select 'account', concat('trial_balance_', case line when 0 then '2100' else '6900' end), e.entity,
    'USD', month_of(t.trandate), money(case line when 0 then -10000 else 10000 end * count(*), 2)
from netsuite.transaction as t, range(2) as r (line), entity as e
where t.type = 'VendBill' and e.entity_no = 2 group by line, e.entity, month_of(t.trandate);
-- one row per account, entity and month
create or replace table control_netsuite as
select object, measure, entity, currency, period,
    sum(value::decimal(28, 4))::decimal(28, 4) as value from control_netsuite group by all;
