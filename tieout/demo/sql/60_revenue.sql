-- Deferred lines: one revenue element per billed subscription line, its plan by month, and what was
-- posted.
create table element as
with started as (
    select
        row_number() over (order by bl.bill_date, bl.bill_no, bl.line_no) as element_no, bl.bill_no,
        bl.line_no as bill_line_no, bl.order_no, bl.order_line_no,
        bl.story, bl.company_no, bl.entity_no, bl.currency, bl.item_id, bl.income_account,
        bl.quantity, bl.amount, coalesce(bl.term_months, 12) as term_months,
        case when bl.story is null
            then (bl.period + to_months((pick('revstart', bl.bill_no * 100 + bl.line_no,
            3) // 2)::integer))::date
            else (bl.period + to_months(bl.rev_delay::integer))::date end as start_period,
    from bill_line as bl
    where bl.kind = 'subscription' and bl.posting
)
select * from started
union all
-- earned before it is billed: an order of December, 5,000 a month from January, not yet accepted
-- for billing
select 900000001, null, null, order_no, line_no, story, company_no, entity_no, currency, item_id,
    income_account, quantity, amount, 3, date '2026-01-01'
from order_line where order_no = 700000248;

create table plan_line as
select
    e.element_no, m.range + 1 as line_no, (e.start_period + to_months(m.range::integer))::date
        as period,
    div_round(e.amount * (m.range + 1), e.term_months) - div_round(e.amount * m.range,
        e.term_months) as amount,
    (e.start_period + to_months(m.range::integer))::date <= date '2026-06-01' as is_due,
from element as e, range(60) as m
where m.range < e.term_months;

-- What went wrong in posting the mass's plans, one thing of one obligation in six, and in one of its
-- closed months: dealt out by rank, so that each is there at any scale.
create table posting_error as
with closed as (
    select e.element_no, e.bill_no * 100 + e.bill_line_no as k, count(*) as n_months
    from element as e inner join plan_line as p using (element_no)
    where e.story is null and p.period < date '2026-04-01'
    group by all
),
eligible as (select *, row_number() over (order by draw('posterr', k)) as rank from closed)
select
    element_no, 1 + pick('posterrline', k, n_months) as line_no,
    ['unposted', 'wrong_period', 'amount', 'rounding'][(rank % 24)::integer] as kind,
    -- up to five minor units are rounding, a tenth to a third of the month is not
    case rank % 24 when 3 then -(10 + pick('posterramt', k, 25)) when 4
        then (1 + pick('posterramt', k, 5)) * (1 - 2 * pick('posterrsign', k, 2)) end as size,
from eligible where rank % 24 between 1 and 4;

-- and of the stories: a cent more than the plan in March, and 100.00 less for one obligation in June
create table plan_posting as
select
    p.* exclude (is_due), e.entity_no, e.currency, e.income_account, e.bill_no, e.story, p.is_due,
    p.is_due and x.kind is distinct from 'unposted' as is_posted,
    case when x.kind = 'wrong_period' then (p.period + interval 1 month)::date
        else p.period end as posted_period,
    case when x.kind in ('wrong_period', 'unposted') then x.kind end as error,
    p.amount + case
        when x.kind = 'amount' then div_round(p.amount * x.size, 100)
        when x.kind = 'rounding' then x.size
        when e.bill_no = 7000002301 and p.period = date '2026-03-01' then 1
        when e.bill_no = 7000004241 and e.bill_line_no = 1 and p.period = date '2026-06-01'
            then -10000 else 0 end as posted_amount,
from plan_line as p inner join element as e using (element_no)
left join posting_error as x on x.element_no = p.element_no and x.line_no = p.line_no;

-- one journal per entity, currency and month
create table revenue_journal as
select
    entity_no * 100000000 + currency_no * 1000000 + (year(period) * 100 + month(period))
        as journal_no, entity_no, currency, period
from (select distinct pp.entity_no, pp.currency, c.currency_no, pp.posted_period as period
from plan_posting as pp inner join currency as c using (currency) where pp.is_posted);

create table journal_line as
select
    j.journal_no, p.element_no, p.line_no as plan_line_no, p.posted_amount as amount,
    p.income_account,
    case when p.bill_no is null then '1150' else '2400' end as debit_account, p.entity_no,
        p.currency, p.posted_period as period,
    2 * row_number() over (partition by j.journal_no order by p.element_no, p.line_no) - 1
        as debit_line,
from plan_posting as p inner join revenue_journal as j
    on j.entity_no = p.entity_no and j.currency = p.currency and j.period = p.posted_period
where p.is_posted;

-- manual journals against revenue, some with their reversal in the next month
create table manual_journal as
with drawn as (
    select e.entity_no, e.base_currency as currency, p.period,
        e.entity_no * 1000000 + year(p.period) * 100 + month(p.period) as k, c.minor_unit
    from entity as e, period as p, currency as c
    where c.currency = e.base_currency and e.entity_no > 1 and p.period between date '2024-08-01'
        and date '2026-06-01'
)
select
    8000000000 + k as journal_no, null::varchar as story, null::bigint as reverses, entity_no,
    currency, (period + 20 + pick('mjday', k, 8)::integer)::date as journal_date,
    period,
    (case when pick('mjsign', k, 3) = 0 then 1
        else -1 end * (40 + pick('mjamt', k, 4200)) * power(10, minor_unit)::bigint)::bigint
        as revenue_credit,
    choose('mjmemo', k,
        ['Reclass freight recovery', 'Accrual true-up per controller', 'Correct posting account',
        'Rebate accrual Q']) as memo,
from drawn where u01('mj', k) < 0.55
union all select 8900000001, 'AX-01', null, 1, 'USD', date '2026-03-27', date '2026-03-01', -125000,
'Rebate accrual Brewing segment'
union all select 8900000002, 'REVERSAL', null, 2, 'USD', date '2026-02-27', date '2026-02-01',
840000, 'Accrue unbilled training days'
union all select 8900000003, 'REVERSAL', 8900000002, 2, 'USD', date '2026-03-02', date '2026-03-01',
-840000, 'Reversal of accrual, unbilled training days';
