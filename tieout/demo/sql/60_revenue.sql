-- Deferred lines: one revenue element per billed subscription line, its plan by month, and what was
-- posted.
create table element as
with drawn as (
    select
        bl.*, bl.bill_no * 100 + bl.line_no as k,
        -- most services run by whole months from that of the bill or the next one, some from the
        -- day of the bill; what is billed late has often begun in the month of its order
        case when bl.story is not null then 'story'
            when month_of(o.order_date) < bl.period and pick('revearly', k, 2) = 0 then 'early'
            when pick('revdaily', k, 9) = 0 then 'day'
            when pick('revdaily', k, 9) = 1 then 'prorated' else 'month' end as kind_of_start,
        o.order_date,
    from bill_line as bl inner join sales_order as o using (order_no)
    where bl.kind = 'subscription' and bl.posting
),
started as (
    select
        row_number() over (order by bill_date, bill_no, line_no) as element_no, bill_no,
        line_no as bill_line_no, order_no, order_line_no, story, company_no, entity_no, currency,
        item_id, income_account, quantity, amount, coalesce(term_months, 12) as term_months,
        case kind_of_start when 'story' then (period + to_months(rev_delay::integer))::date
            when 'early' then month_of(order_date)
            when 'month' then (period + to_months((pick('revstart', k, 3) // 2)::integer))::date
            else bill_date end as start_date,
        case kind_of_start when 'day' then 'day' else 'month' end as method,
        case kind_of_start when 'day' then 'Straight-line, using exact days'
            when 'prorated' then 'Straight-line, prorate first & last period'
            else 'Straight-line by month' end as rule,
    from drawn
)
select * from started
union all
-- earned before it is billed: an order of December, 5,000 a month from January, not yet accepted
-- for billing
select 900000001, null, null, order_no, line_no, story, company_no, entity_no, currency, item_id,
    income_account, quantity, amount, 3, date '2026-01-01', 'month', 'Straight-line by month'
from order_line where order_no = 700000248;

-- What one unit of a subscription sells for alone, by the day of the contract; monitoring was
-- raised in the middle of 2025.
create table stand_alone_price as
select
    row_number() over (order by i.sku, r.currency, t.valid_from) as price_no, i.item_id, r.currency,
    div_round(r.list_price * t.percent, 100) as price, t.valid_from, t.valid_to,
from item as i inner join price as r using (product_no)
inner join (values
    ('ENT-SUB-12M', date '2023-01-01', null, 100), ('TEAM-SUB-12M', date '2023-01-01', null, 100),
    ('SUP-PREM-12M', date '2023-01-01', null, 100),
    ('CLD-MON-12M', date '2023-01-01', date '2025-06-30', 100),
    ('CLD-MON-12M', date '2025-07-01', null, 108)
) as t (sku, valid_from, valid_to, percent) using (sku);

-- An order's price belongs to its subscriptions by what each sells for alone, to the minor unit by
-- largest remainder; the ERP did so too, but for one such order in four.
create table obligation as
with weighted as (
    select
        e.*, (e.quantity * s.price)::hugeint as weight,
        60000 + e.element_no % 900000000 * 2 + e.element_no // 900000000 as obligation_id,
        sum(e.amount) over (partition by e.order_no)::hugeint as total,
        sum(weight) over (partition by e.order_no) as total_weight,
    from element as e
    inner join sales_order as o using (order_no)
    left join stand_alone_price as s on s.item_id = e.item_id and s.currency = e.currency
        and o.order_date between s.valid_from and coalesce(s.valid_to, o.order_date)
),
shared as (
    select
        *,
        (total * weight // total_weight + case when row_number() over (
            partition by order_no order by total * weight % total_weight desc, obligation_id
        ) <= total - sum(total * weight // total_weight) over (partition by order_no)
            then 1 else 0 end)::bigint as earned_amount,
    from weighted
),
moved as (
    select order_no, row_number() over (order by draw('asstated', order_no)) % 4 = 1 as is_as_stated
    from shared group by order_no
    having bool_and(story is null) and max(abs(earned_amount - amount)) > 100
)
select
    s.* exclude (weight, total, total_weight),
    case when m.is_as_stated then s.amount else s.earned_amount end as planned_amount,
    coalesce(m.is_as_stated, false) as is_as_stated,
from shared as s left join moved as m using (order_no);

-- What was agreed anew: the whole price, and how many months in all, from a month on. In a contract
-- of its own number, which the terms name.
create table modification as
select
    e.element_no, t.*, (e.start_date + to_months(t.months_before))::date as effective_on,
    div_round(e.earned_amount * t.months_before, e.term_months) as earned_before,
from (values
    (7000005601, 9001, 3, 'cumulative_catch_up', 1800000, 12, 1800000),
    (7000005621, 9002, 3, 'prospective', 960000, 15, null),
    (7000005641, 9003, 3, 'prospective', 330000, 12, 330000),
    (7000005661, 9004, 4, 'prospective', 720000, 4, null)
) as t (bill_no, contract_no, months_before, treatment, amount, months, erp_amount)
inner join obligation as e using (bill_no);

-- What a service earns in each month that it touches: its price by its progress, totals rounded. A
-- version of it begins where the one before ends, with what that one has left.
create macro earned(price, before, method, d, since, until) as
    before + div_round((price - before)::hugeint
        * least(greatest(progress(method, d) - progress(method, since), 0),
            progress(method, until) - progress(method, since)),
        progress(method, until) - progress(method, since));
create table schedule_line as
with version as (
    select
        e.element_no, e.method, e.start_date as first_date, e.start_date as since,
        (e.start_date + to_months(e.term_months::integer))::date as until_date,
        e.earned_amount as price, 0 as before, e.start_date as valid_from,
        coalesce(x.effective_on, date '9999-12-31') as valid_to,
    from obligation as e left join modification as x using (element_no)
    union all
    select
        e.element_no, e.method, e.start_date,
        case treatment when 'prospective' then x.effective_on else e.start_date end,
        (e.start_date + to_months(x.months))::date, x.amount,
        case treatment when 'prospective' then x.earned_before else 0 end, x.effective_on,
        date '9999-12-31',
    from modification as x inner join obligation as e using (element_no)
),
month as (
    select
        v.*, m.period, greatest(m.period, v.since) as from_date,
        (m.period + interval 1 month)::date as to_date,
    from version as v inner join period as m on m.period >= month_of(v.first_date)
        and m.period < v.until_date and m.period >= month_of(v.valid_from)
        and m.period < v.valid_to
)
select
    element_no, period,
    earned(price, before, method, to_date, since, until_date)
        - earned(price, before, method, from_date, since, until_date) as amount,
    -- what earlier months would have earned of the new price, at once
    case when m.treatment = 'cumulative_catch_up' and period = m.effective_on
        and valid_from = m.effective_on
        then earned(price, before, method, from_date, since, until_date) - m.earned_before
        else 0 end as catch_up,
from month left join modification as m using (element_no);

-- What went wrong in planning and posting the mass's obligations, one thing of one in three, and in
-- one of its closed months: dealt out by rank, so that each is there at any scale (and of those in a
-- foreign currency first of all what is earned before its bill).
create table revenue_error as
with closed as (
    select
        e.element_no, e.bill_no * 100 + e.bill_line_no as k, count(*) as n_months,
        e.currency <> n.base_currency as is_foreign,
        is_foreign and e.currency <> 'USD' and e.start_date < b.period as is_earned_first,
    from obligation as e inner join schedule_line as p using (element_no)
    inner join entity as n using (entity_no)
    inner join bill as b using (bill_no)
    where e.story is null and not e.is_as_stated and p.period < date '2026-04-01'
    group by all
),
eligible as (
    select
        *, row_number() over (
            partition by is_foreign order by is_earned_first desc, draw('posterr', k)
        ) as rank
    from closed
)
select
    element_no, 1 + pick('posterrline', k, n_months) as line_no,
    -- what is sold in another currency than its entity's is at times posted in its entity's
    case when is_foreign then 'other_currency' else [
        'unposted', 'wrong_period', 'amount', 'rounding', 'not_planned', 'dates',
        'planned_otherwise', 'other_entity'][(rank % 24)::integer] end as kind,
    -- up to five minor units are rounding, a tenth to a third of the month is not
    case kind when 'amount' then -(10 + pick('posterramt', k, 25))
        when 'planned_otherwise' then 10 + pick('posterramt', k, 25)
        when 'rounding' then (1 + pick('posterramt', k, 5)) * (1 - 2 * pick('posterrsign', k, 2))
        end as size,
from eligible where case when is_foreign then rank % 3 = 1 else rank % 24 between 1 and 8 end;

-- The ERP's plan: begun a month late where it was given other dates, a part of a month moved to the
-- next where somebody edited it.
create table plan_line as
with service as (
    select
        e.element_no, e.method, e.planned_amount, x.kind, x.size, x.line_no as error_line,
        c.erp_amount, c.earned_before, c.effective_on,
        (e.start_date + to_months(case x.kind when 'dates' then 1 else 0 end))::date as since,
        (since + to_months(e.term_months::integer))::date as until_date,
    from obligation as e
    left join revenue_error as x using (element_no)
    left join modification as c on c.element_no = e.element_no and c.erp_amount is not null
    where x.kind is distinct from 'not_planned'
),
planned as (
    select
        s.*, m.period, row_number() over (partition by s.element_no order by m.period) as line_no,
        count(*) over (partition by s.element_no) as n_lines,
        greatest(m.period, s.since) as from_date, (m.period + interval 1 month)::date as to_date,
        -- where it was told of a new price, the ERP spreads what is left over the months left
        case when m.period >= s.effective_on
            then earned(erp_amount, earned_before, method, to_date, effective_on, until_date)
                - earned(erp_amount, earned_before, method, from_date, effective_on, until_date)
            else earned(planned_amount, 0, method, to_date, since, until_date)
                - earned(planned_amount, 0, method, from_date, since, until_date) end as plain,
    from service as s inner join period as m
        on m.period >= month_of(s.since) and m.period < s.until_date
)
select
    element_no, line_no, period, since,
    plain + coalesce(case when kind = 'planned_otherwise' then div_round(case
        when line_no = least(error_line, n_lines - 1) then plain
        when line_no = least(error_line, n_lines - 1) + 1 then -lag(plain) over (
            partition by element_no order by line_no) end * size, 100) end, 0) as amount,
    period <= date '2026-06-01' as is_due,
from planned;

-- and of the stories: a cent more than the plan in March, 100.00 less for one obligation in June
create table plan_posting as
with posted as (
    select
        p.*, e.entity_no, e.currency, e.income_account, e.bill_no, e.story, x.kind as error,
        p.is_due and x.kind is distinct from 'unposted' as is_posted,
        case when x.kind = 'wrong_period' then (p.period + interval 1 month)::date
            else p.period end as posted_period,
        case when x.kind is distinct from 'other_entity' then e.entity_no
            when e.entity_no = 2 then 3 else 2 end as posted_entity_no,
        case when x.kind = 'other_currency' then n.base_currency else e.currency end
            as posted_currency,
        p.amount + case
            when x.kind = 'amount' then div_round(p.amount * x.size, 100)
            when x.kind = 'rounding' then x.size
            when e.bill_no = 7000002301 and p.period = date '2026-03-01' then 1
            when e.bill_no = 7000004241 and e.bill_line_no = 1 and p.period = date '2026-06-01'
                then -10000 else 0 end as own_amount,
        b.period as bill_period,
    from plan_line as p inner join obligation as e using (element_no)
    inner join entity as n using (entity_no)
    left join bill as b using (bill_no)
    left join revenue_error as x on x.element_no = p.element_no
        and (x.line_no = p.line_no or x.kind = 'other_currency')
        and x.kind not in ('dates', 'planned_otherwise')
)
select
    p.* exclude (bill_period),
    -- in the entity's own currency at the rate of the bill: deferred is released as it was deferred
    case when p.posted_currency = p.currency then p.own_amount
        else converted(p.own_amount, r.minor_rate) end as posted_amount,
from posted as p
left join rate as r on r.currency = p.currency and r.base_currency = p.posted_currency
    and r.period = p.bill_period;

-- one journal per entity, currency and month
create table revenue_journal as
select
    entity_no * 100000000 + currency_no * 1000000 + (year(period) * 100 + month(period))
        as journal_no, entity_no, currency, period
from (select distinct pp.posted_entity_no as entity_no, pp.posted_currency as currency,
    c.currency_no, pp.posted_period as period
from plan_posting as pp inner join currency as c on c.currency = pp.posted_currency
where pp.is_posted);

create table journal_line as
select
    j.journal_no, p.element_no, p.line_no as plan_line_no, p.posted_amount as amount,
    p.income_account,
    case when p.bill_no is null then '1150' else '2400' end as debit_account, j.entity_no,
        j.currency, j.period,
    2 * row_number() over (partition by j.journal_no order by p.element_no, p.line_no) - 1
        as debit_line,
from plan_posting as p inner join revenue_journal as j on j.entity_no = p.posted_entity_no
    and j.currency = p.posted_currency and j.period = p.posted_period
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
