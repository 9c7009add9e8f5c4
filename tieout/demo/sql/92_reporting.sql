-- Legs 1, 2 and 4 in dollars. Each anchor is worth what its own system's rates make of each of its
-- records, each line what the left rate makes of it; what is between is FX, for these are the same
-- amounts: v(right) x rate right - v(left) x rate left = (v(right) - v(left)) x rate left
-- + v(right) x (rate right - rate left).
create table reporting_anchor as
with record as (
    select 1 as leg, o.entity_no, month_of(o.close_date) as period,
        in_dollars(o.amount, r.rate) as usd
    from opportunity_row as o
    inner join sales_rate as r on r.currency = o.currency and r.period = month_of(o.close_date)
    where o.is_won and o.scenario <> 'soft_deleted'
    union all
    select 2, l.entity_no, month_of(l.order_date), in_dollars(l.amount, r.rate)
    from order_line as l
    inner join document_rate as r on r.type = 'SalesOrd' and r.key = l.order_no
    where l.fate <> 'cancelled_before_release'
    union all
    select 3, l.entity_no, l.period, in_dollars(l.amount, r.rate)
    from bill_line as l inner join bill as b using (bill_no)
    inner join document_rate as r on r.type = b.type and r.key = b.bill_no
    where l.posting
    union all
    select 3, c.entity_no, c.period, -in_dollars(c.amount, r.rate)
    from credit as c inner join document_rate as r on r.type = 'CustCred' and r.key = c.credit_no
    where c.posting
    union all
    select 5, p.entity_no, p.period, in_dollars(p.amount, r.rate)
    from payment as p inner join document_rate as r on r.type = 'CustPymt' and r.key = p.payment_no
    union all
    select 5, d.entity_no, d.period, in_dollars(d.amount, r.rate)
    from deposit as d inner join document_rate as r on r.type = 'DepAppl' and r.key = d.bill_no
    union all
    select 5, l.entity_no, l.period, in_dollars(l.amount, r.rate)
    from bill_line as l inner join bill as b using (bill_no)
    inner join document_rate as r on r.type = b.type and r.key = b.bill_no
    where b.type = 'CashSale'
    union all
    select 5, b.entity_no, b.period, in_dollars(t.tax, r.rate)
    from bill as b inner join document_total as t using (bill_no)
    inner join document_rate as r on r.type = b.type and r.key = b.bill_no
    where b.type = 'CashSale'
)
select leg as anchor_no, entity_no, period, sum(usd)::bigint as usd from record group by all;

create view truth.reporting_line as
with line as (
    select leg, line_code, entity_no, period, usd from atom where leg in (1, 2, 4)
    union all
    select l.leg, l.line_code, a.entity_no, a.period, l.sign * a.usd
    from reporting_anchor as a inner join (values
        (1, -1, 1, '1.12'), (2, 1, 1, '1.12'), (2, -1, 2, '2.11'), (3, 1, 2, '2.11'),
        (3, -1, 4, '4.09'), (5, 1, 4, '4.09')) as l (anchor_no, sign, leg, line_code)
        using (anchor_no)
    union all
    select leg, case leg when 1 then '1.12' when 2 then '2.11' else '4.09' end, entity_no, period,
        -usd
    from atom where leg in (1, 2, 4)
)
select
    'standard' as definition_id, e.entity, 'USD' as reporting_currency, l.period, l.leg,
    l.line_code, money(sum(l.usd)::bigint, 2) as amount
from line as l inner join entity as e using (entity_no)
group by e.entity, l.period, l.leg, l.line_code
having sum(l.usd) <> 0;
