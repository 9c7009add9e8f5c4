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

create table refund as
select
    k.credit_no, c.bill_no, c.company_no, c.entity_no, c.currency, k.refund_date,
    month_of(k.refund_date) as period, c.amount + c.tax as amount,
from kept_credit as k inner join credit_total as c using (credit_no)
where k.refund_date <= date '2026-06-30';

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

-- amount: applied to the invoice; discount: taken on top of it; extra: received and applied to
-- nothing. A void one bounced, and another came after it.
create table payment_document as
select
    bill_no * 10 as payment_no, bill_no, story, company_no, entity_no, currency, pay_date,
    month_of(pay_date) as period, cash_amount as amount,
    case when kind = 'discount' then short_amount else 0 end as discount, extra_amount as extra,
    false as voided,
from settling where kind <> 'deposit' and pay_date <= date '2026-06-30' and cash_amount > 0
union all
select bill_no * 10 + 9, bill_no, story, company_no, entity_no, currency, (pay_date - 6)::date,
    month_of(pay_date - 6), cash_amount, 0, 0, true
from settling where kind = 'bounced' and pay_date - 6 >= bill_date
    and pay_date - 6 <= date '2026-06-30';

create table payment as select * from payment_document where not voided;

-- Received before the invoice was made, and applied to it when it was.
create table deposit as
select
    bill_no, company_no, entity_no, currency, (bill_date - 9)::date as deposit_date,
    pay_date as apply_date, month_of(pay_date) as period, cash_amount as amount,
from settling where kind = 'deposit' and pay_date <= date '2026-06-30';

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
