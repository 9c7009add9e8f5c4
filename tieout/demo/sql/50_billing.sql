-- Invoices, cash sales and credit memos, and how much of each order line they take.
create table bill_line_draft as
with planned as (
    select
        ol.*,
        weekday_after((ol.order_date + 1 + pick('billlag', ol.order_no, 24)::integer)::date)
            as first_date,
        20 + pick('billlag2', ol.order_no, 41)::integer as second_lag,
        case
            when ol.kind = 'subscription' then ol.quantity
            when ol.fate = 'two_bills' and ol.quantity > 1
                then greatest(1, ol.quantity * (3 + pick('cut', ol.order_no, 5)) // 10)
            when ol.fate in ('partial', 'short_closed') and ol.quantity > 1 then ol.quantity // 2
            when ol.fate = 'overage' and ol.line_no = 1 then ol.quantity + 1 + ol.quantity // 10
            else ol.quantity
        end as first_quantity,
        case when ol.fate = 'price' and ol.line_no = 1 and ol.kind <> 'subscription'
            then greatest(div_round(ol.unit_price * 97, 100), 1)
                else ol.unit_price end as bill_price,
    from order_line as ol
    where ol.story is null and ol.fate not in ('cancelled', 'cancelled_before_release', 'hold')
)
select order_no * 10 + 1 as bill_no, order_no, line_no as order_line_no, first_date as bill_date,
    first_quantity as quantity, bill_price as unit_price
from planned where first_date <= date '2026-06-30'
union all
select order_no * 10 + 2, order_no, line_no, weekday_after((first_date + second_lag)::date),
    quantity - first_quantity, bill_price
from planned where fate = 'two_bills' and quantity > first_quantity
    and weekday_after((first_date + second_lag)::date) <= date '2026-06-30'
union all
select o.order_no * 10 + 1, o.order_no, o.line_no, s.b_date,
    case when o.kind = 'subscription' or (o.deal_no is null and s.d_date is not null)
        then o.quantity else s.b_qty end, case when s.deal = 246
        then 437100 else o.unit_price end
from order_line as o inner join story as s on o.order_no = 700000000 + s.deal * 2
    and coalesce(o.deal_line_no, 1) = s.line_no
where s.b_date is not null
union all
-- the reissue of an invoice that was credited in full
select o.order_no * 10 + 2, o.order_no, o.line_no, date '2026-03-12', o.quantity, o.unit_price
from order_line as o where o.order_no = 700000000 + 247 * 2;

create table bill as
select
    d.bill_no, 'CustInvc' as type, o.order_no, o.story, o.company_no, o.entity_no, o.currency,
    any_value(d.bill_date) as bill_date,
    case when u01('latepost', d.bill_no) < 0.12 and day(any_value(d.bill_date)) >= 28
        and month_of(any_value(d.bill_date)) < date '2026-06-01' and o.story is null
        then (month_of(any_value(d.bill_date)) + interval 1 month)::date
            else month_of(any_value(d.bill_date)) end as period,
    true as posting, false as voided,
from bill_line_draft as d inner join sales_order as o using (order_no)
group by d.bill_no, o.order_no, o.story, o.company_no, o.entity_no, o.currency;

create table bill_line as
with running as (
    select
        d.*, ol.quantity as ordered_quantity, ol.unit_price as order_price, ol.item_id, ol.sku,
        ol.kind, ol.income_account, ol.term_months, ol.rev_delay,
        b.company_no, b.entity_no, b.currency, b.period, b.story, b.posting,
        coalesce(sum(d.quantity) over (
            partition by d.order_no, d.order_line_no order by d.bill_date, d.bill_no
            rows between unbounded preceding and 1 preceding
        ), 0) as billed_before,
    from bill_line_draft as d
    inner join order_line as ol on ol.order_no = d.order_no and ol.line_no = d.order_line_no
    inner join bill as b on b.bill_no = d.bill_no
)
select
    bill_no, row_number() over (partition by bill_no order by order_line_no) as line_no, order_no,
    order_line_no, item_id, sku, kind, income_account, term_months,
    rev_delay, company_no, entity_no, currency, period, story, posting, quantity, unit_price,
    quantity * unit_price as amount,
    greatest(least(quantity, ordered_quantity - billed_before), 0)::bigint as ordered_part,
    order_price, bill_date,
from running;

-- invoices that no order asked for, counter sales, and a customer deposit
insert into bill
select 9000000000000 + i, 'CustInvc', null, null, c.company_no, c.entity_no, e.base_currency, d,
    month_of(d), true, false
from (
    select range as i, 1 + floor(getvariable('n_company') * u01('noorder', range))::bigint
        as company_no,
        weekday_before(date '2024-07-01' + pick('noorderday', range, 729)::integer) as d
    from range(getvariable('n_no_order'))
) as x inner join company as c using (company_no) inner join entity as e using (entity_no)
where c.link_kind <> 'none';

insert into bill
select * from (values
    (9100000000001, 'CustInvc', null, 'DEPOSIT', 900012, 2, 'USD', date '2026-02-16',
        date '2026-02-01', true, false),
    (9100000000002, 'CashSale', null, 'CASH-SALE', 900023, 2, 'USD', date '2026-02-24',
        date '2026-02-01', true, false),
    (9100000000003, 'CashSale', null, 'CASH-SALE', 900011, 2, 'USD', date '2026-03-18',
        date '2026-03-01', true, false),
    (9100000000004, 'CustInvc', 700000496, 'VOID', 900022, 3, 'EUR', date '2026-01-30',
        date '2026-01-01', false, true)
) as t;

insert into bill_line
select b.bill_no, l.range + 1, null, null, i.item_id, i.sku, i.kind, i.income_account, null, 0,
    b.company_no, b.entity_no, b.currency, b.period, null, true,
    1 + pick('noq', k, 4), r.list_price, (1 + pick('noq', k, 4)) * r.list_price, 0, null,
    b.bill_date
from bill as b, range(2) as l, lateral (select b.bill_no * 4 + l.range as k) as kk
inner join item as i on i.product_no = 20 + (b.bill_no % 3) * 2 + l.range
inner join price as r on r.product_no = i.product_no and r.currency = b.currency
where b.bill_no between 9000000000000 and 9099999999999 and l.range <= b.bill_no % 2;

-- Of every ten of these, one asks for a deposit, and one also hands on what a third party charged.
delete from bill_line where bill_no between 9000000000000 and 9099999999999 and bill_no % 10 = 3;
insert into bill_line
select b.bill_no, 3, null, null, i.item_id, i.sku, i.kind, i.income_account, null, 0, b.company_no,
    b.entity_no, b.currency, b.period, null, true, 1, r.list_price, r.list_price, 0, null,
    b.bill_date
from bill as b
inner join item as i
    on i.kind = case b.bill_no % 10 when 3 then 'deposit' when 1 then 'pass_through' end
-- as much as a seal kit or a day on site costs
inner join price as r on r.product_no = case b.bill_no % 10 when 3 then 20 else 23 end
    and r.currency = b.currency
where b.bill_no between 9000000000000 and 9099999999999;

insert into bill_line
select b.bill_no, 1, b.order_no, case when b.order_no is not null then 1 end, i.item_id, i.sku,
    i.kind, i.income_account, null, 0, b.company_no, b.entity_no, b.currency,
    b.period, b.story, b.posting, t.q, t.p, t.q * t.p, 0, case when b.order_no is not null
        then t.p end, b.bill_date
from (values (9100000000001, 'DEPOSIT', 1, 1500000), (9100000000002, 'SPR-SEAL-01', 12, 8500),
    (9100000000003, 'SPR-FILT-10', 40, 4600), (9100000000004, 'VLV-DN50-ACT', 9, 172000))
    as t (bill_no, sku, q, p)
inner join bill as b using (bill_no) inner join item as i using (sku);

-- credit memos: returns with a return authorisation, price credits without
create table credit as
with drawn as (
    select bl.*, bl.bill_no * 100 + bl.line_no as k,
        weekday_after((bl.bill_date + 8 + pick('credlag', bl.bill_no * 100 + bl.line_no,
            40)::integer)::date) as credit_date,
    from bill_line as bl
    where bl.kind in ('equipment', 'part') and bl.story is null and bl.bill_no < 9000000000000
        -- a part comes back: a line credited whole would read as credited and issued again
        and bl.quantity > 1 and u01('credit', bl.bill_no * 100 + bl.line_no) < 0.02
)
select
    k as credit_no, null::varchar as story, bill_no, line_no, company_no, entity_no, currency,
    item_id, sku, kind, income_account, credit_date,
    month_of(credit_date) as period, greatest(quantity // 2, 1) as quantity, unit_price,
    greatest(quantity // 2, 1) * unit_price as amount,
    not (pick('pending', k, 8) = 0 and credit_date >= date '2026-05-15') as posting,
    pick('return', k, 5) > 0 as is_return, 'credit' as reason,
from drawn where credit_date <= date '2026-06-30'
union all
select
    bl.bill_no * 100 + bl.line_no + t.seq * 50, bl.story, bl.bill_no, bl.line_no, bl.company_no,
    bl.entity_no, bl.currency, bl.item_id, bl.sku, bl.kind, bl.income_account,
    t.d, month_of(t.d), t.q, t.unit, t.q * t.unit, t.posting, t.is_return, t.reason
from (values
    (7000002281, 0, date '2026-03-16', 7, 500000, true, true, 'credit'),
    (7000002321, 0, date '2026-03-25', 1, 1200000, false, false, 'pending credit'),
    (7000004941, 0, date '2026-02-18', 8, 540500, true, false, 'credit and reissue'),
    (7000005601, 0, date '2026-04-08', 1, 600000, true, false, 'credit'),
    (7000005641, 0, date '2026-04-09', 1, 90000, true, false, 'credit'),
    (7000005661, 0, date '2026-05-05', 1, 1440000, true, false, 'credit')
) as t (bill_no, seq, d, q, unit, posting, is_return, reason)
inner join bill_line as bl on bl.bill_no = t.bill_no and bl.line_no = 1;

-- gross of tax, per document
create table document_total as
select
    b.bill_no, b.entity_no, sum(bl.amount)::bigint as net,
    case when any_value(c.tax_exempt) then 0
        else div_round(sum(bl.amount)::bigint * any_value(e.tax_bp), 10000) end as tax,
from bill as b inner join bill_line as bl using (bill_no)
inner join company as c on c.company_no = b.company_no
inner join entity as e on e.entity_no = b.entity_no
group by b.bill_no, b.entity_no;

create table credit_total as
select c.*, case when co.tax_exempt then 0 else div_round(c.amount * e.tax_bp, 10000) end as tax
from credit as c inner join company as co using (company_no)
inner join entity as e on e.entity_no = c.entity_no;

create table order_total as
select
    o.order_no, sum(ol.amount)::bigint as net,
    case when any_value(c.tax_exempt) then 0
        else div_round(sum(ol.amount)::bigint * any_value(e.tax_bp), 10000) end as tax,
    bool_and(coalesce(b.billed, 0) >= ol.quantity) as fully_billed,
    bool_or(coalesce(b.billed, 0) > 0) as any_billed,
from sales_order as o inner join order_line as ol using (order_no)
inner join company as c on c.company_no = o.company_no
inner join entity as e on e.entity_no = o.entity_no
left join (select order_no, order_line_no, sum(quantity) as billed from bill_line where posting
group by all) as b on b.order_no = ol.order_no and b.order_line_no = ol.line_no
group by o.order_no;

-- What is still to be billed of live order lines, and how much of it the warehouse lacks.
create table open_order_line as
select
    l.order_no, l.line_no, l.quantity - coalesce(b.quantity, 0) as quantity, l.unit_price,
    case
        when l.kind not in ('equipment', 'part') then 0
        when pick('stock', l.order_no * 16 + l.line_no, 6) = 0
            then l.quantity - coalesce(b.quantity, 0)
        when pick('stock', l.order_no * 16 + l.line_no, 6) = 1
            then (l.quantity - coalesce(b.quantity, 0) + 1) // 2
        else 0
    end as short_quantity,
from order_line as l inner join order_total as t using (order_no)
left join (select order_no, order_line_no, sum(ordered_part)::bigint as quantity from bill_line
    where posting group by all) as b on b.order_no = l.order_no and b.order_line_no = l.line_no
where l.quantity > coalesce(b.quantity, 0)
    and l.fate not in ('cancelled', 'cancelled_before_release')
    and not (l.fate = 'short_closed' and t.any_billed);

-- Orders of the sales desk are approved before anything leaves the house; the last few still wait.
create table order_approval as
select
    o.order_no, o.order_date >= date '2026-06-26' and not t.any_billed as is_waiting,
    at_day(o.order_date, 'sotime', o.order_no)
        + to_hours((1 + pick('approve', o.order_no, 12))::integer)
        + case when coalesce(b.first_date, date '2026-07-01') > o.order_date + 3
            then to_days(pick('approveday', o.order_no, 3)::integer) else interval 0 day end
        as approved_ts,
from sales_order as o inner join order_total as t using (order_no)
left join (select order_no, min(bill_date) as first_date from bill group by order_no) as b
    on b.order_no = o.order_no
where (o.deal_no is not null or o.scenario = 'twin')
    and o.fate <> 'cancelled_before_release' and not (
    o.fate = 'cancelled' and o.order_date >= date '2026-06-26');
