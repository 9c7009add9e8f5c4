-- How invoices are settled: most in full by one payment near the due date, some in part, some not
-- yet; and what finance departments meet beside that.

-- One return in seven is paid back instead of being applied to its invoice; until then it is open.
create table kept_credit as
select c.credit_no, weekday_after((c.credit_date + 5 + pick('refundlag', c.credit_no, 20)::integer)
    ::date) as refund_date
from credit as c
where c.posting and c.is_return and c.story is null and pick('refund', c.credit_no, 7) = 0;

create table applied_credit as
select * from credit_total where posting and credit_no not in (select credit_no from kept_credit);

create table settling as
with owed as (
    select
        b.bill_no, b.order_no, b.story, b.company_no, b.entity_no, b.currency, b.bill_date,
        b.period, c.terms_days, t.net, t.tax, e.base_currency,
        t.net + t.tax - coalesce(cr.credited, 0) as open_amount,
        coalesce(cr.last_credit, b.bill_date) as last_credit,
        cr.bill_no is not null or rc.bill_no is not null as has_credit,
    from bill as b
    inner join document_total as t using (bill_no)
    inner join company as c on c.company_no = b.company_no
    inner join entity as e on e.entity_no = b.entity_no
    left join (select bill_no, sum(amount + tax)::bigint as credited,
        max(credit_date) as last_credit from applied_credit group by bill_no)
        as cr using (bill_no)
    left join (select bill_no from credit inner join kept_credit using (credit_no) group by bill_no)
        as rc using (bill_no)
    where b.posting and b.type = 'CustInvc'
),
drawn as (
    select
        *,
        case
            when story is not null then 'full'
            when u01('pay', bill_no) < 0.05 then 'none'
            when u01('pay', bill_no) < 0.11 then 'part'
            when has_credit then 'full'
            when u01('settle', bill_no) < 0.030 then 'discount'
            when u01('settle', bill_no) < 0.050 then 'fee'
            when u01('settle', bill_no) < 0.060 then 'chargeback'
            when u01('settle', bill_no) < 0.070 then 'deposit'
            when u01('settle', bill_no) < 0.080 then 'bounced'
            when u01('settle', bill_no) < 0.090 then 'overpaid'
            when u01('settle', bill_no) < 0.190 and currency <> base_currency then 'fx'
            else 'full'
        end as kind,
    from owed
)
select
    *,
    case
        when bill_no = 7000004121 then date '2026-04-20'
        when story is not null then weekday_after((bill_date + 31)::date)
        when kind = 'discount'
            then weekday_after((bill_date + 7 + pick('early', bill_no, 4)::integer)::date)
        when kind = 'deposit' then greatest(bill_date, period)
        else weekday_after(greatest(bill_date + coalesce(terms_days, 30) - 6 + pick('paylag',
            bill_no, 26)::integer, last_credit)::date)
    end as pay_date,
    -- what is not paid in cash, of an invoice that is settled otherwise in full
    case kind when 'discount' then div_round(open_amount * 2, 100)
        when 'fee' then div_round(open_amount, 250) + 1
        when 'fx' then div_round(open_amount, 300) + 1
        when 'chargeback' then div_round(open_amount * (3 + pick('back', bill_no, 5)), 100)
        else 0 end as short_amount,
    case when kind = 'overpaid'
        then 1 + div_round(open_amount * (1 + pick('over', bill_no, 4)), 100) else 0
    end as extra_amount,
    case
        when bill_no = 7000004481 then div_round(open_amount * 60, 100)
        when kind = 'none' then 0
        when kind = 'part' then div_round(open_amount * (30 + pick('payshare', bill_no, 55)), 100)
        else open_amount - short_amount
    end as cash_amount,
from drawn;

-- Who pays without a word of what for: some who owe an invoice, and some whose invoice was paid
-- already.
create table payment_on_account as
with ranked as (
    select
        *, row_number() over (partition by kind order by draw('onaccount', bill_no)) as rank,
        (case kind when 'full' then pay_date + 3 + pick('again', bill_no, 20)::integer
            else bill_date + 25 + pick('accountlag', bill_no, 20)::integer end)::date as day,
    from settling where story is null and kind in ('none', 'full') and open_amount > 0
        and bill_date < date '2026-05-01' and not has_credit
)
select
    bill_no, company_no, entity_no, currency, weekday_after(day) as pay_date,
    case when kind = 'full' then cash_amount
        else div_round(open_amount * choose('accountshare', bill_no, [100, 50, 120]), 100)
    end as amount,
from ranked where rank % case kind when 'full' then 150 else 6 end = 1
    and weekday_after(day) <= date '2026-06-30';

-- amount: applied to the invoice; discount: taken on top of it; extra: received and applied to
-- nothing. A void one bounced, and another came after it. sold_by: the bill that it is about,
-- whether or not it is applied to it.
create table payment_document as
select
    bill_no * 10 as payment_no, bill_no, bill_no as sold_by, story, company_no, entity_no, currency,
    pay_date, month_of(pay_date) as period, cash_amount as amount,
    case when kind = 'discount' then short_amount else 0 end as discount, extra_amount as extra,
    false as voided,
from settling where kind <> 'deposit' and pay_date <= date '2026-06-30' and cash_amount > 0
union all
select bill_no * 10 + 9, bill_no, bill_no, story, company_no, entity_no, currency,
    (pay_date - 6)::date, month_of(pay_date - 6), cash_amount, 0, 0, true
from settling where kind = 'bounced' and pay_date - 6 >= bill_date
    and pay_date - 6 <= date '2026-06-30'
union all
select bill_no * 10 + 5, null, bill_no, null, company_no, entity_no, currency, pay_date,
    month_of(pay_date), 0, 0, amount, false
from payment_on_account;

-- Paid back: credits that were kept, and one of three payments of too much.
create table refund as
select
    k.credit_no as refund_no, 'CustCred' as settled_by, k.credit_no, c.bill_no, c.company_no,
    c.entity_no, c.currency, k.refund_date, month_of(k.refund_date) as period,
    c.amount + c.tax as amount,
from kept_credit as k inner join credit_total as c using (credit_no)
where k.refund_date <= date '2026-06-30'
union all
select
    payment_no, 'CustPymt', null, bill_no, company_no, entity_no, currency, refund_date,
    month_of(refund_date), extra
from (
    select
        *, row_number() over (order by draw('payback', payment_no)) as rank,
        weekday_after((pay_date + 10 + pick('paybacklag', payment_no, 20)::integer)::date)
            as refund_date,
    from payment_document where extra > 0 and bill_no is not null
) as p
where rank % 3 = 1 and refund_date <= date '2026-06-30';

create table payment as
select p.*, p.extra - coalesce(r.amount, 0) as idle,
from payment_document as p
left join refund as r on r.settled_by = 'CustPymt' and r.refund_no = p.payment_no
where not p.voided;

-- Received before the invoice was made, and applied to it when it was.
create table deposit as
select
    bill_no, company_no, entity_no, currency, (bill_date - 9)::date as deposit_date,
    pay_date as apply_date, month_of(pay_date) as period, cash_amount as amount,
from settling where kind = 'deposit' and pay_date <= date '2026-06-30';

-- Some are of more than was billed, and some for an order that has not been billed yet: these wait.
create table deposit_document as
with made as (
    select *, row_number() over (order by draw('toomuch', bill_no)) as rank from deposit
),
waiting as (
    select
        o.order_no, o.company_no, o.entity_no, o.currency,
        weekday_after((o.order_date + 1 + pick('depositlag', o.order_no, 8)::integer)::date)
            as deposit_date,
        div_round(sum(l.quantity * l.unit_price)::bigint * 30, 100) as amount,
    from open_order_line as l inner join sales_order as o using (order_no)
    where o.story is null and o.order_date < date '2026-06-18'
    group by all
),
ranked as (
    select *, row_number() over (order by draw('deposit', order_no)) as rank
    from waiting where amount > 0
)
select
    bill_no as deposit_no, bill_no, null::bigint as order_no, company_no, entity_no, currency,
    deposit_date, amount as applied,
    amount + case when rank % 4 = 1 then 1 + div_round(amount * 15, 100) else 0 end as amount,
from made
union all
select
    40000000000000 + order_no, null, order_no, company_no, entity_no, currency, deposit_date, 0,
    amount,
from ranked where rank % 12 = 1;

-- What nobody will pay, or a bank has kept, is taken off the invoice by a journal.
create table settlement_journal as
select
    20000000000000 + bill_no as journal_no, bill_no, kind, entity_no, currency, journal_date,
    month_of(journal_date) as period, amount, account, memo,
from (
    select
        bill_no, entity_no, currency, kind, short_amount as amount,
        weekday_after((pay_date + case kind when 'chargeback' then 10 + pick('backlag', bill_no, 30)
            else pick('feelag', bill_no, 3) end::integer)::date) as journal_date,
        case kind when 'fee' then '6330' when 'fx' then '6350' else '6340' end as account,
        case kind when 'fee' then 'Fee kept by the bank' when 'fx' then 'Paid at another rate'
            else 'Short paid, goods disputed' end as memo,
    from settling where kind in ('fee', 'fx', 'chargeback') and pay_date <= date '2026-06-30'
    union all
    select
        bill_no, entity_no, currency, 'write_off', open_amount - cash_amount,
        weekday_after((pay_date + 120 + pick('offlag', bill_no, 60)::integer)::date), '6320',
        'Uncollectible balance',
    from settling where kind = 'part' and pick('writeoff', bill_no, 5) < 2
) as t
where journal_date <= date '2026-06-30' and amount > 0;

-- gross amounts by which anything but a credit has settled an invoice
create table settled_amount as
select bill_no, sum(amount)::bigint as amount, max(day) as last_date
from (
    select bill_no, amount + discount as amount, pay_date as day from payment
    union all select bill_no, amount, apply_date from deposit
    union all select bill_no, amount, journal_date from settlement_journal
) as t
group by bill_no;
