-- Leg 3 in dollars. What is billed for an obligation fills its balance, what is earned uses it up,
-- the oldest by the oldest; each piece keeps the rate of what came first, so that what was deferred
-- is released at the rate of its bill and what was earned before it at the rate of its own day.
-- The group's own currency needs no rate.
create table foreign_obligation as
select e.*, b.period as bill_period, b.bill_date, r.rate as bill_rate,
from obligation as e
inner join bill as b using (bill_no)
inner join document_rate as r on r.type = b.type and r.key = b.bill_no
where e.currency <> 'USD';

-- What an obligation is billed above its price goes to those of its order that are billed below
-- theirs, by how much they lack.
create table price_transfer as
with poured as (
    select
        order_no, element_no as giver_no, bill_line_no::varchar as place,
        (amount - earned_amount)::hugeint as given,
        sum(given) over (partition by order_no order by place) as poured,
    from foreign_obligation where amount > earned_amount
),
lacking as (
    select
        order_no, element_no as getter_no, (earned_amount - amount)::hugeint as lacks,
        sum(lacks) over (partition by order_no order by obligation_id::varchar) as until,
        sum(lacks) over (partition by order_no) as whole,
    from foreign_obligation where earned_amount > amount
)
select
    p.giver_no, g.getter_no, p.place,
    div_round(p.poured * g.until, g.whole) - div_round((p.poured - p.given) * g.until, g.whole)
        - div_round(p.poured * (g.until - g.lacks), g.whole)
        + div_round((p.poured - p.given) * (g.until - g.lacks), g.whole) as amount,
from poured as p inner join lacking as g using (order_no);

-- by whom a month's earning is posted, and what the obligation's currency is worth there: at the
-- journal's own rate, or at the month's where nothing is posted in this currency
create table earning as
select
    m.element_no, m.period, m.earned as amount, p.is_posted,
    case when p.is_posted and p.posted_currency = e.currency then j.rate else d.rate end as rate,
    case when p.is_posted and p.posted_currency = e.currency
        then last_day(p.posted_period) else m.period end as rate_date,
from planned_month as m
inner join foreign_obligation as e using (element_no)
inner join ledger_rate as d
    on d.entity_no = 1 and d.currency = e.currency and d.period = m.period
left join plan_posting as p on p.element_no = m.element_no and p.period = m.period
left join ledger_rate as j on j.entity_no = p.posted_entity_no and j.currency = e.currency
    and j.period = p.posted_period
where m.is_due;

-- giver_no: whose bill it is or whose price; period: of what is earned (null: what is given away)
create table balance_piece as
with filling as (
    select element_no, 0 as rank, '' as place, element_no as giver_no, amount
    from foreign_obligation
    union all
    select getter_no, 1, place, giver_no, amount from price_transfer
),
using_up as (
    select element_no, bill_period as day, 0 as rank, null::date as period,
        amount - earned_amount as amount
    from foreign_obligation where amount > earned_amount
    union all
    select element_no, period, 1, period, amount from earning
),
filled as (
    select *, sum(amount) over (partition by element_no order by rank, place) as until
    from filling where amount > 0
),
used as (
    select *, sum(amount) over (partition by element_no order by day, rank) as until
    from using_up where amount > 0
    union all
    -- what waits for its month
    select e.element_no, null, 2, null, e.earned_amount - coalesce(u.earned, 0),
        greatest(e.amount, e.earned_amount)
    from foreign_obligation as e
    left join (select element_no, sum(amount) as earned from earning group by element_no) as u
        using (element_no)
    where e.earned_amount > coalesce(u.earned, 0)
)
select
    f.element_no, f.giver_no, u.rank as use_rank, u.period, e.bill_period,
    (least(f.until, u.until) - greatest(f.until - f.amount, u.until - u.amount))::bigint as size,
    coalesce(u.period < e.bill_period, false) as is_earned_first,
    case when is_earned_first then m.rate else e.bill_rate end as piece_rate,
    in_dollars(size, piece_rate) as usd, in_dollars(size, e.bill_rate) as bill_usd,
from filled as f
inner join used as u on u.element_no = f.element_no and u.until - u.amount < f.until
    and u.until > f.until - f.amount
inner join foreign_obligation as e on e.element_no = f.element_no
left join earning as m on m.element_no = u.element_no and m.period = u.period;

-- What a month's earning is worth: what its pieces are. rate: of whatever is planned or posted
-- otherwise; where nothing was earned, the posting's own.
create table earned_dollars as
select
    m.element_no, m.period, e.currency, e.entity_no, e.bill_no, p.usd,
    case when p.amount is null then m.rate
        else div_round(p.usd::hugeint * 10000000000 * power(10, c.minor_unit)::bigint, p.amount)
            * 0.0000000000001::decimal(13, 13)
            * (case c.minor_unit when 0 then 1000 when 2 then 10 else 1 end)
    end::decimal(22, 13) as rate,
    coalesce(p.first_date, m.rate_date) as first_date,
from earning as m
inner join foreign_obligation as e using (element_no)
inner join currency as c on c.currency = e.currency
left join (
    select x.element_no, x.period, sum(x.size)::bigint as amount, sum(x.usd)::bigint as usd,
        min(case when x.is_earned_first then y.rate_date else o.bill_date end) as first_date,
    from balance_piece as x
    inner join foreign_obligation as o using (element_no)
    inner join earning as y on y.element_no = x.element_no and y.period = x.period
    group by all
) as p on p.element_no = m.element_no and p.period = m.period;

create table revenue_dollars (entity_no integer, period date, line_code varchar, detail varchar,
    usd bigint);

insert into revenue_dollars
select entity_no, period, line_code, '', amount
from atom where leg = 3 and currency = 'USD' and line_code <> '3.11'
union all
-- what no obligation stands for is worth what its document's rate makes of it, or its month's
select a.entity_no, a.period, a.line_code, '', in_dollars(a.amount, r.rate)
from atom as a inner join document_rate as r using (type, key)
where a.leg = 3 and a.currency <> 'USD' and a.line_code in ('3.05', '3.08', '3.09')
union all
select m.entity_no, m.period, '3.06', '', in_dollars(m.effect, r.rate)
from refund_movement as m inner join ledger_rate as r using (entity_no, currency, period)
where m.currency <> 'USD'
union all
select p.entity_no, p.period, case when abs(p.amount - p.earned) <= 5 then '3.13' else '3.10' end,
    '', in_dollars(p.amount - p.earned, r.rate)
from refund_posting as p inner join ledger_rate as r using (entity_no, currency, period)
where p.currency <> 'USD'
union all
-- what is billed and earned in one month needs no line
select e.entity_no, x.period, x.line_code, '', x.usd
from balance_piece as b inner join foreign_obligation as e using (element_no),
lateral (values
    (b.bill_period, case when b.is_earned_first then '3.03' else '3.01' end, -b.usd),
    (b.period, case when b.is_earned_first then '3.03'
        when quarter_of(b.period) = quarter_of(b.bill_period) then '3.01' else '3.02' end, b.usd)
) as x (period, line_code, usd)
where b.use_rank > 0 and b.period is distinct from b.bill_period and x.period is not null
union all
-- the bill of what was earned before it, whosever price it brings
select e.entity_no, b.bill_period, '3.11',
    case when m.rate_date = e.bill_date then 'rate_source' else 'rate_date' end,
    b.usd - b.bill_usd
from balance_piece as b inner join foreign_obligation as e using (element_no)
inner join earning as m on m.element_no = b.element_no and m.period = b.period
where b.is_earned_first
union all
-- what one obligation of a bill gives is worth what the other one gets
select e.entity_no, b.bill_period, '3.04', '',
    case when b.use_rank = 0 then -b.bill_usd else 0 end
        + case when b.giver_no <> b.element_no then b.bill_usd else 0 end
from balance_piece as b inner join foreign_obligation as e using (element_no)
union all
-- planned or posted otherwise than it is earned
select d.entity_no, d.period,
    case when abs(coalesce(m.planned, 0) - coalesce(m.earned, 0)) <= 5 then '3.13'
        else '3.10' end, '', in_dollars(coalesce(m.planned, 0) - coalesce(m.earned, 0), d.rate)
from earned_dollars as d inner join planned_month as m using (element_no, period)
union all
select d.entity_no, x.period, x.line_code, '', in_dollars(x.amount, d.rate)
from plan_posting as p inner join earned_dollars as d using (element_no, period),
lateral (values
    (p.period, '3.10', case when p.is_posted and p.posted_period = p.period then 0
        else -p.amount end),
    (p.posted_period, '3.10', case when p.is_posted and p.posted_period <> p.period then p.amount
        else 0 end),
    (p.posted_period, case when abs(p.own_amount - p.amount) <= 5 then '3.13' else '3.10' end,
        case when p.is_posted then p.own_amount - p.amount else 0 end)
) as x (period, line_code, amount)
where p.is_due
union all
select x.entity_no, p.posted_period, '3.12', '', x.sign * in_dollars(p.own_amount, d.rate)
from plan_posting as p inner join earned_dollars as d using (element_no, period),
lateral (values (p.entity_no, -1), (p.posted_entity_no, 1)) as x (entity_no, sign)
where p.is_posted and p.posted_entity_no <> p.entity_no;

-- What is posted in another currency is worth what left; what the posting's currency makes of that
-- day differs by source, what it makes of its own day by date.
insert into revenue_dollars
select p.entity_no, p.posted_period, '3.11', x.detail, x.usd
from plan_posting as p
left join earned_dollars as d using (element_no, period)
left join ledger_rate as own on own.entity_no = p.posted_entity_no
    and own.currency = p.posted_currency and own.period = p.posted_period
left join ledger_rate as that_day on that_day.entity_no = 1
    and that_day.currency = p.posted_currency and that_day.period = month_of(d.first_date),
lateral (select
    case when p.currency = 'USD' then p.own_amount else in_dollars(p.own_amount, d.rate) end
        as left_usd,
    in_dollars(p.posted_amount, own.rate) as own_usd,
    case when p.currency = 'USD' or d.first_date = last_day(p.posted_period) then own_usd
        else in_dollars(p.posted_amount, that_day.rate) end as that_usd) as v,
lateral (values ('rate_source', v.that_usd - v.left_usd), ('rate_date', v.own_usd - v.that_usd))
    as x (detail, usd)
where p.is_posted and p.posted_currency <> p.currency;

-- The ledger's revenue: what is released at what it was deferred at, all else at its own rate.
create table ledger_dollars as
select
    l.entity_no, l.period,
    -sum(case when l.currency = 'USD' then l.amount
        when d.usd is not null and p.posted_currency = p.currency then in_dollars(l.amount, d.rate)
        else in_dollars(l.amount, r.rate) end)::bigint as usd,
from tx_line as l
inner join gl_account as a on a.account_number = l.account and a.account_type = 'Income'
left join document_rate as r on r.type = l.type and r.key = l.key
left join journal_line as j on l.type = 'Journal' and j.journal_no = l.key
    and j.debit_line + 1 = l.line_id and l.element_no is not null
left join plan_posting as p on p.element_no = j.element_no and p.line_no = j.plan_line_no
left join earned_dollars as d on d.element_no = p.element_no and d.period = p.period
where l.posting
group by all;
