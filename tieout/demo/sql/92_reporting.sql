-- The legs in dollars (the lines of leg 3 are made before). Each anchor is worth what its own
-- system's rates make of each of its records, each line what the left rate makes of it, and FX
-- v(right) x (rate right - rate left): what the other system says of the left record's day, then
-- what the days between make of it.
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
    select 4, entity_no, period, usd from ledger_dollars
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

-- usd: by how much the rate of the source, and then that of the day, makes a record another amount
create table fx_effect as
with met as (
    select
        1 as leg, p.order_entity_no as entity_no, month_of(p.order_date) as period,
        sum(p.ordered)::bigint as amount, any_value(sales.rate) as left_rate,
        case when p.close_date = p.order_date then any_value(own.rate)
            else any_value(direct.rate) end as source_rate,
        any_value(own.rate) as own_rate,
    from pair as p
    inner join sales_rate as sales on sales.currency = p.order_currency
        and sales.period = month_of(p.close_date)
    -- to the dollar without another currency between: as an entity that keeps its books in it
    inner join ledger_rate as direct on direct.currency = p.order_currency
        and direct.period = month_of(p.close_date) and direct.entity_no = 1
    inner join document_rate as own on own.type = 'SalesOrd' and own.key = p.order_no
    group by p.deal_no, p.order_no, p.line_no, p.order_entity_no, p.order_date, p.close_date
    union all
    select 2, entity_no, period, amount, rate, rate, own_rate
    from slice where story is distinct from 'REISSUE' or ordered_part > 0
    union all
    select 4, p.entity_no, p.period, p.amount, bill.rate, bill.rate, own.rate
    from payment as p
    inner join document_rate as bill on bill.type = 'CustInvc' and bill.key = p.bill_no
    inner join document_rate as own on own.type = 'CustPymt' and own.key = p.payment_no
    union all
    select 4, d.entity_no, d.period, d.amount, bill.rate, bill.rate, own.rate
    from deposit as d
    inner join document_rate as bill on bill.type = 'CustInvc' and bill.key = d.bill_no
    inner join document_rate as own on own.type = 'DepAppl' and own.key = d.bill_no
)
select leg, entity_no, period, 'rate_source' as detail,
    in_dollars(amount, source_rate) - in_dollars(amount, left_rate) as usd
from met
union all
select leg, entity_no, period, 'rate_date',
    in_dollars(amount, own_rate) - in_dollars(amount, source_rate)
from met
union all
-- what arrives in another currency is worth what left, whatever the CRM's rate makes of it
select 1, p.order_entity_no, month_of(p.order_date), 'rate_source',
    in_dollars(p.ordered, r.rate) - in_dollars(p.booked, p.rate)
from pair as p inner join sales_rate as r on r.currency = p.order_currency
    and r.period = month_of(p.close_date)
where p.currency <> p.order_currency;

-- line_detail: of FX, why; what rounding leaves between the anchors is of no rate
create view truth.reporting_line as
with line as (
    select leg, line_code, '' as detail, entity_no, period, usd from atom where leg in (1, 2, 4)
    union all
    select leg, null, detail, entity_no, period, usd from fx_effect
    union all
    select 3, line_code, detail, entity_no, period, usd from revenue_dollars
    union all
    select l.leg, null, 'rounding', a.entity_no, a.period, l.sign * a.usd
    from reporting_anchor as a inner join (values (1, -1, 1), (2, 1, 1), (2, -1, 2), (3, 1, 2),
        (3, -1, 3), (4, 1, 3), (3, -1, 4), (5, 1, 4)) as l (anchor_no, sign, leg) using (anchor_no)
    union all
    select leg, null, 'rounding', entity_no, period, -usd from atom where leg in (1, 2, 4)
    union all
    select leg, null, 'rounding', entity_no, period, -usd from fx_effect
    union all
    select 3, null, 'rounding', entity_no, period, -usd from revenue_dollars
)
select
    'standard' as definition_id, e.entity, 'USD' as reporting_currency, l.period, l.leg,
    coalesce(l.line_code, case l.leg when 1 then '1.12' when 2 then '2.11' when 3 then '3.11'
        else '4.09' end)
        as line_code,
    l.detail as line_detail, money(sum(l.usd)::bigint, 2) as amount
from line as l inner join entity as e using (entity_no)
group by all
having sum(l.usd) <> 0;
