-- What really happened, from the generator's own model and never from the pipeline: links, bridge
-- lines, planted errors.
create schema truth;

-- Whether a person has to look at two records: names that differ by so much (0 to 3), addresses and
-- telephones that agree by so much (0 to 3), and whether the name is another company's as well.
create macro needs_review(strength, likeness, is_homonym) as (case
    when strength >= 3 then true when strength >= 1 then likeness < strength
    else is_homonym and likeness < 1 end);
create macro same_phone(a, b) as coalesce(
    regexp_replace(a, '[^0-9]', '', 'g') = regexp_replace(b, '[^0-9]', '', 'g'), false)::integer;

create table won_usd as
select
    o.account_id,
    sum((money(o.amount, o.minor_unit)::decimal(24, 3) * r.usd_value::decimal(14, 8))
        ::decimal(38, 2))::decimal(38, 2) as amount,
from opportunity_row as o
inner join usd_rate as r on r.currency = o.currency and r.period = month_of(o.close_date)
where o.is_won and o.scenario <> 'soft_deleted'
group by o.account_id;

-- every account and the ERP customer in use of its company: what ties them, and how alike they are
create table account_tie as
with tie as (
    select
        a.account_id, k.customer_id, a.company_no, a.which, a.role, t.is_homonym, a.link_kind,
        case
            when a.role = 'merged' then 'merged'
            when a.netsuite_id = k.customer_id then 'netsuite_id'
            when a.which = 1 and a.link_kind in ('crm_id', 'external_id') then a.link_kind
            when a.tax_id = k.tax_id then 'tax'
            when a.duns = k.duns then 'duns'
            when a.site in (k.site, k.mail) then 'domain'
        end as fact,
        a.strength + k.strength as strength,
        case when a.is_gap then 0 else least(a.likeness, k.likeness) end
            + same_phone(a.phone, k.phone) as likeness,
        a.strength + b.strength as twin_strength,
        case when a.is_gap or b.is_gap then 0 else least(a.likeness, b.likeness) end
            + same_phone(a.phone, b.phone) as twin_likeness,
        a.which > 1 and coalesce(a.site = b.site or a.tax_id = b.tax_id, false) as is_twin_by_fact,
        v.first_kind as crm_kind, v.second_kind as crm_kind2, x.first_kind as erp_kind,
        x.second_kind as erp_kind2,
    from account_row as a
    inner join customer_row as k on k.company_no = a.company_no and k.which = 1
    inner join account_row as b on b.company_no = a.company_no and b.which = 1
    inner join company_trait as t on t.company_no = a.company_no
    inner join record_name as v on v.record_no = a.record_no
    inner join record_name as x on x.record_no = k.record_no
    where not a.is_purged and a.role <> 'deleted'
)
select
    * exclude (fact),
    case
        when link_kind = 'ambiguous' then 'review'
        when fact is not null then fact
        when which > 1 and (is_twin_by_fact
            or not needs_review(twin_strength, twin_likeness, is_homonym)) then 'twin'
        when needs_review(strength, likeness, is_homonym) then 'review'
        when strength = 0 then 'name'
        else 'fuzzy'
    end as found_by,
from tie;

-- found_by: the strongest evidence there is, or review where a person has to decide
create view truth.account_link as
select
    t.account_id as crm_account_id, t.customer_id as erp_customer_id, t.role as kind,
    t.found_by, t.found_by = 'review' as needs_review,
    concat_ws('+', t.crm_kind, t.crm_kind2) as crm_variation,
    concat_ws('+', t.erp_kind, t.erp_kind2) as erp_variation,
    coalesce(w.amount, 0) as won_amount_usd,
from account_tie as t left join won_usd as w using (account_id);

-- each record and the company that it really is
create view truth.customer as
select 'salesforce' as source_system, 'account' as record_type, account_id as record_id,
    company_no::varchar as company, role
from account_id where not is_purged
union all
select 'netsuite', 'erp_customer', customer_id::varchar,
    concat(company_no, case when role = 'stranger' then '-2' end), role
from customer_id;

create view truth.duplicate_account as
select a.account_id as record_id, b.account_id as other_record_id, b.role as kind,
    -- a merge is a fact, unless the account in between is gone and nothing tells into which
    case when b.role = 'merged' then b.which = 3 and a.which = 1 and c.second_account = 'purged'
        else coalesce(t.found_by = 'review', b.tax_id is distinct from a.tax_id
        and b.site is distinct from a.site and needs_review(a.strength + b.strength,
        least(a.likeness, b.likeness) + same_phone(a.phone, b.phone), c.is_homonym)) end
        as needs_review,
from account_row as a inner join account_row as b
    on b.company_no = a.company_no and b.which > a.which
inner join company as c on c.company_no = a.company_no
left join account_tie as t on t.account_id = b.account_id
where not a.is_purged and not b.is_purged;

-- a branch is the same company at another site: a customer of its own in the ERP, under its parent
create view truth.duplicate_erp_customer as
select a.customer_id as record_id, b.customer_id as other_record_id, b.role as kind,
    b.role <> 'branch' and coalesce(b.tax_id <> a.tax_id, true) and coalesce(b.mail <> a.mail, true)
    and needs_review(a.strength + b.strength,
        least(a.likeness, b.likeness) + same_phone(a.phone, b.phone), c.is_homonym)
        as needs_review,
from customer_row as a inner join customer_row as b
    on b.company_no = a.company_no and b.which = 2 and a.which = 1 and b.role <> 'stranger'
inner join company as c on c.company_no = a.company_no;

-- who belongs to whom: the records in use of the child and of its immediate parent, in each system
-- that states it
create view truth.hierarchy as
select 'salesforce' as source_system, 'account' as record_type, a.account_id as record_id,
    b.account_id as parent_record_id, 'subsidiary' as relation,
    p.crm_parent_no = p.parent_no and p.is_crm_parent_kept as is_stated,
from company_parent as p
inner join account_id as a on a.company_no = p.company_no and a.which = 1
inner join account_id as b on b.company_no = p.parent_no and b.which = 1
where p.crm_parent_no is not null
union all
select 'netsuite', 'erp_customer', a.customer_id::varchar, b.customer_id::varchar, 'subsidiary',
    true
from company_parent as p
inner join customer_id as a on a.company_no = p.company_no and a.which = 1
inner join customer_id as b on b.company_no = p.parent_no and b.which = 1
where p.erp_parent_no is not null
union all
select 'netsuite', 'erp_customer', b.customer_id::varchar, a.customer_id::varchar, 'branch', true
from customer_id as a
inner join customer_id as b on b.company_no = a.company_no and a.which = 1 and b.role = 'branch';

-- A deal whose lines are not in the CRM has one line of its own; each order line has its share of
-- it.
create table pair as
select
    ol.order_no, ol.line_no, ol.deal_no, ol.deal_line_no, ol.amount as ordered, ol.delta_code,
    ol.part, ol.parts, d.scenario, d.story, d.entity_no, d.currency, d.close_date,
    s.company_no <> d.company_no as is_family, r.rate,
    s.entity_no as order_entity_no, s.currency as order_currency, s.order_date, s.fate,
    d.scenario = 'header_only' as is_hidden, c.minor_unit,
    case when ol.parts = 1 or d.scenario = 'header_only' then ol.deal_amount
        else ol.amount end as booked,
from (
    select o.*, dl.amount as deal_amount, row_number()
        over (partition by o.deal_no, o.deal_line_no order by o.order_no, o.line_no) as part,
        count(*) over (partition by o.deal_no, o.deal_line_no) as parts
    from order_line as o inner join deal_line as dl on dl.deal_no = o.deal_no
        and dl.line_no = o.deal_line_no
) as ol
inner join deal as d using (deal_no)
inner join sales_order as s using (order_no)
inner join currency as c on c.currency = d.currency
inner join sales_rate as r on r.currency = d.currency and r.period = month_of(d.close_date)
where s.fate <> 'cancelled_before_release';
-- the parts of a bundle are whole already, lines of a hidden deal are equal on both sides
update pair set booked = ordered where is_hidden;

-- Every deal and the order that is truly its own. found_by: the strongest evidence there is, or
-- review where a person has to decide.
create view truth.order_link as
with link as (
    select
        deal_no, order_no, is_family, currency, order_currency, order_date,
        sum(booked)::bigint as booked, sum(ordered)::bigint as ordered
    from pair where booked <> 0 or ordered <> 0 group by all
    union all
    select t.deal_no, t.order_no, false, d.currency, d.currency, s.order_date,
        sum(l.amount)::bigint, sum(l.amount)::bigint
    from twin_order as t inner join deal as d using (deal_no)
    inner join sales_order as s using (order_no) inner join order_line as l using (order_no)
    where s.fate <> 'cancelled_before_release'
    group by all
)
select
    o.opportunity_id, t.id as order_id,
    case
        when o.ref_kind like '% in text' then 'text' when o.ref_kind like '%url%' then 'url'
        when o.ref_kind like 'number%' then 'number' when o.ref_kind like 'id1%' then 'id'
        when o.ref_kind = 'po' and k.is_family then 'family_purchase_order'
        when o.ref_kind = 'po' then 'purchase_order' when o.ref_kind <> 'none' then o.ref_kind
        when d.scenario = 'no_reference' then 'rule' when d.scenario = 'near' then 'score'
        else 'review' end as found_by,
    found_by = 'review' as needs_review, k.order_currency as currency,
    money(k.booked, c.minor_unit) as booked_amount, money(k.ordered, oc.minor_unit)
        as ordered_amount,
    (money(k.ordered, oc.minor_unit)::decimal(24, 3) * r.usd_value::decimal(14, 8))
        ::decimal(38, 2) as amount_usd,
from link as k
inner join deal as d using (deal_no)
inner join opportunity_id as o using (deal_no)
inner join tx as t on t.type = 'SalesOrd' and t.key = k.order_no
inner join currency as c on c.currency = k.currency
inner join currency as oc on oc.currency = k.order_currency
inner join usd_rate as r on r.currency = k.order_currency and r.period = month_of(k.order_date);

create view truth.opportunity_order_link as
select
    o.opportunity_id, case when p.is_hidden then concat(o.opportunity_id, '#header')
        else l.opportunity_line_id end as opportunity_line_id,
    t.id as order_id, p.line_no as order_line_id, money(p.booked, p.minor_unit) as booked_amount,
    money(p.ordered, oc.minor_unit) as ordered_amount,
from pair as p
inner join opportunity_id as o using (deal_no)
inner join opportunity_line_id as l on l.deal_no = p.deal_no and l.line_no = p.deal_line_no
inner join tx as t on t.type = 'SalesOrd' and t.key = p.order_no
inner join currency as oc on oc.currency = p.order_currency
where p.booked <> 0 or p.ordered <> 0;

-- What keeps an order from being shipped and billed, and how much of it.
create view truth.blocked_order as
with line as (
    select
        o.order_no, l.unit_price, l.quantity, l.short_quantity, o.currency,
        case when o.fate = 'hold' then replace(hold_reason(o.order_no, o.story), 'tax', 'tax_data')
            when a.is_waiting then 'approval' when c.credit_hold then 'credit'
            when l.short_quantity > 0 then 'stock' end as blocked_by,
    from open_order_line as l inner join sales_order as o using (order_no)
    inner join company as c on c.company_no = o.company_no
    left join order_approval as a using (order_no)
)
select
    t.id as order_id, l.blocked_by, c.currency,
    money(sum(case l.blocked_by when 'stock' then l.short_quantity else l.quantity end
        * l.unit_price)::bigint, c.minor_unit) as amount,
from line as l inner join currency as c using (currency)
inner join tx as t on t.type = 'SalesOrd' and t.key = l.order_no
where l.blocked_by is not null
group by t.id, l.blocked_by, c.currency, c.minor_unit;

-- usd: cents of the amount at the rate of the record that its leg starts from (leg 3: not stated)
create table atom (entity_no integer, currency varchar, period date, leg integer, line_code varchar,
    amount bigint, story varchar, deal_no bigint, type varchar, key bigint, usd bigint);

-- Leg 1. Deals without an order, by their scenario.
insert into atom
select d.entity_no, d.currency, month_of(d.close_date), 1,
    case d.scenario when 'duplicate' then '1.02' when 'test' then '1.03' when 'verbal' then '1.01'
        when 'unmapped' then '1.05' when 'leakage' then '1.06' when 'in_flight' then '1.07'
        when 'twin' then '1.06' when 'twin_copy' then '1.06'
        when 'cancelled_before_release' then '1.08' end,
    -(t.lines_amount + d.header_extra), d.story, d.deal_no, null, null,
    -(t.usd + in_dollars(d.header_extra, r.rate))
from deal as d
inner join sales_rate as r on r.currency = d.currency and r.period = month_of(d.close_date)
inner join (
    select deal_no, sum(l.amount)::bigint as lines_amount,
        sum(in_dollars(l.amount, r.rate))::bigint as usd,
    from deal_line as l inner join deal as d using (deal_no)
    inner join sales_rate as r on r.currency = d.currency and r.period = month_of(d.close_date)
    group by deal_no
) as t using (deal_no)
where d.is_won
    and d.scenario in ('duplicate', 'test', 'verbal', 'unmapped', 'leakage', 'in_flight',
    'cancelled_before_release', 'twin', 'twin_copy');

-- What stands only in the header stays in the deal's own cell.
insert into atom
select entity_no, d.currency, month_of(close_date), 1, case scenario when 'crm_discount' then '1.17'
    else '1.18' end, -header_extra, story, deal_no, null, null, -in_dollars(header_extra, r.rate)
from deal as d
inner join sales_rate as r on r.currency = d.currency and r.period = month_of(d.close_date)
where header_extra <> 0 and scenario in ('tax', 'freight', 'crm_discount');

-- What was edited after the order leaves in the deal's own cell; the order answers what was sold.
insert into atom
select entity_no, currency, month_of(close_date), 1, '1.04', ordered - booked, story, deal_no, null,
    null, in_dollars(ordered - booked, rate)
from pair where delta_code = '1.04';
update pair set booked = ordered where delta_code = '1.04';

-- Matched lines: first the month, then the entity, then the currency, then what differs.
insert into atom
select entity_no, currency, month_of(close_date), 1, '1.09', -booked, story, deal_no, null, null,
    -in_dollars(booked, rate)
from pair where month_of(close_date) <> month_of(order_date)
union all
select entity_no, currency, month_of(order_date), 1, '1.09', booked, story, deal_no, 'SalesOrd',
    order_no, in_dollars(booked, rate)
from pair where month_of(close_date) <> month_of(order_date)
union all
select entity_no, currency, month_of(order_date), 1, '1.10', -booked, story, deal_no, null, null,
    -in_dollars(booked, rate)
from pair where entity_no <> order_entity_no
union all
select order_entity_no, currency, month_of(order_date), 1, '1.10', booked, story, deal_no,
    'SalesOrd', order_no, in_dollars(booked, rate)
from pair where entity_no <> order_entity_no
union all
select order_entity_no, currency, month_of(order_date), 1, '1.11', -booked, story, deal_no, null,
    null, -in_dollars(booked, rate) from pair where currency <> order_currency
union all
-- what arrives in another currency is worth what left
select order_entity_no, order_currency, month_of(order_date), 1, '1.11', ordered, story, deal_no,
    'SalesOrd', order_no, in_dollars(booked, rate) from pair where currency <> order_currency
union all
select order_entity_no, order_currency, month_of(order_date), 1, delta_code, ordered - booked,
    story, deal_no, 'SalesOrd', order_no, in_dollars(ordered - booked, rate) from pair
    where currency = order_currency and ordered <> booked;

insert into atom
select o.entity_no, o.currency, month_of(o.order_date), 1, '1.20', l.amount, o.story, null,
    'SalesOrd', o.order_no, in_dollars(l.amount, r.rate)
from sales_order as o inner join order_line as l using (order_no)
inner join document_rate as r on r.type = 'SalesOrd' and r.key = o.order_no
where o.deal_no is null
union all
select l.entity_no, l.currency, month_of(l.order_date), 1, '1.21', l.amount, l.story, o.deal_no,
    'SalesOrd', l.order_no, in_dollars(l.amount, r.rate)
from order_change as h inner join order_line as l using (order_no, line_no)
inner join sales_order as o using (order_no)
inner join document_rate as r on r.type = 'SalesOrd' and r.key = l.order_no
where h.kind = 'added';

-- Leg 2. Billed parts move to the month of their posting; a quarter on, they are prior backlog
-- there.
create table slice as
select l.*, s.order_date, month_of(s.order_date) as order_period,
    l.ordered_part * l.order_price as ordered_value, r.rate, own.rate as own_rate
from bill_line as l inner join sales_order as s using (order_no) inner join bill as b using (bill_no)
inner join document_rate as r on r.type = 'SalesOrd' and r.key = l.order_no
inner join document_rate as own on own.type = b.type and own.key = l.bill_no
where l.posting;

insert into atom
select entity_no, currency, order_period, 2, '2.02', -ordered_value, story, null, 'SalesOrd',
    order_no, -in_dollars(ordered_value, rate)
from slice where order_period <> period and ordered_value <> 0
union all
select entity_no, currency, period, 2, case when quarter_of(order_period) = quarter_of(period)
    then '2.02' else '2.01' end, ordered_value, story, null, 'CustInvc', bill_no,
    in_dollars(ordered_value, rate)
from slice where order_period <> period and ordered_value <> 0
union all
select entity_no, currency, period, 2, '2.04', ordered_part * (unit_price - order_price), story,
    null, 'CustInvc', bill_no, in_dollars(ordered_part * (unit_price - order_price), rate)
from slice where unit_price <> order_price and ordered_part <> 0
union all
-- what is issued again stands for itself, what is billed beyond the order belongs to it
select entity_no, currency, period, 2, case when story = 'REISSUE' then '2.09' else '2.10' end,
    (quantity - ordered_part) * unit_price, story, null, 'CustInvc', bill_no,
    in_dollars((quantity - ordered_part) * unit_price,
        case when story = 'REISSUE' then own_rate else rate end)
from slice where quantity > ordered_part
union all
select l.entity_no, l.currency, l.period, 2, '2.06', l.amount, l.story, null, b.type, b.bill_no,
    in_dollars(l.amount, r.rate)
from bill_line as l inner join bill as b using (bill_no)
inner join document_rate as r on r.type = b.type and r.key = b.bill_no
where l.order_no is null and l.posting
union all
select c.entity_no, c.currency, c.period, 2, case when reason = 'credit and reissue' then '2.09'
    else '2.07' end, -c.amount, c.story, null, 'CustCred', credit_no, -in_dollars(c.amount, r.rate)
from credit as c inner join document_rate as r on r.type = 'CustCred' and r.key = c.credit_no
where c.posting;

insert into atom
select o.entity_no, o.currency, month_of(o.order_date), 2,
    case when o.fate = 'cancelled' or (o.fate = 'short_closed' and ot.any_billed) then '2.03'
        else '2.02' end,
    -(l.quantity - coalesce(s.quantity, 0)) * l.unit_price, o.story, o.deal_no, 'SalesOrd',
    o.order_no, -in_dollars((l.quantity - coalesce(s.quantity, 0)) * l.unit_price, r.rate)
from order_line as l inner join sales_order as o using (order_no)
inner join order_total as ot using (order_no)
inner join document_rate as r on r.type = 'SalesOrd' and r.key = l.order_no
left join (select order_no, order_line_no, sum(ordered_part)::bigint as quantity from slice
    group by all) as s on s.order_no = l.order_no and s.order_line_no = l.line_no
where l.quantity > coalesce(s.quantity, 0) and o.fate <> 'cancelled_before_release';

-- Leg 3. Deferred when billed, released by the plan; what the ledger posted beside the plan is
-- named.
create table planned_month as
select
    element_no, period, s.amount as scheduled, s.catch_up, s.amount + s.catch_up as earned,
    p.amount as planned,
    -- a month is due once it is closed, or its revenue is posted
    period < date '2026-04-01' or coalesce(p.is_due, false) as is_due,
from schedule_line as s full join plan_line as p using (element_no, period);

insert into atom
    (entity_no, currency, period, leg, line_code, amount, story, deal_no, type, key)
select e.entity_no, e.currency, l.period, 3, x.line_code, x.amount, e.story, null, 'CustInvc',
    e.bill_no
from obligation as e inner join bill_line as l on l.bill_no = e.bill_no
    and l.line_no = e.bill_line_no,
lateral (
    select coalesce(sum(m.scheduled), 0)::bigint as amount from planned_month as m
    where m.element_no = e.element_no and m.period < l.period and m.is_due
) as before,
-- what was earned before the bill is settled by it, the rest is deferred
lateral (values ('3.03', -before.amount), ('3.01', before.amount - e.earned_amount),
    ('3.04', e.earned_amount - e.amount)) as x (line_code, amount)
union all
select e.entity_no, e.currency, m.period, 3,
    case when e.bill_no is null or m.period < b.period then '3.03'
        when quarter_of(m.period) = quarter_of(b.period) then '3.01' else '3.02' end, m.scheduled,
    e.story, null, 'Journal', e.element_no
from planned_month as m inner join obligation as e using (element_no)
left join bill as b using (bill_no) where m.is_due and m.scheduled is not null
union all
-- what a modification caught up, and what a credit takes off what is deferred
select e.entity_no, e.currency, m.period, 3, '3.07', m.catch_up, e.story, null, 'CustInvc',
    e.bill_no
from planned_month as m inner join obligation as e using (element_no)
where m.is_due and m.catch_up <> 0
union all
select c.entity_no, c.currency, c.period, 3, '3.01', c.amount, c.story, null, 'CustCred',
    c.credit_no
from credit as c inner join obligation as e on e.bill_no = c.bill_no and e.bill_line_no = c.line_no
where c.posting
union all
-- planned otherwise than it is earned
select e.entity_no, e.currency, m.period, 3,
    case when abs(coalesce(m.planned, 0) - coalesce(m.earned, 0)) <= 5 then '3.13'
        else '3.10' end,
    coalesce(m.planned, 0) - coalesce(m.earned, 0), e.story, null, 'CustInvc', e.bill_no
from planned_month as m inner join obligation as e using (element_no) where m.is_due
union all
-- not posted at all, or in another month
select entity_no, currency, period, 3, '3.10', -amount, story, null, 'CustInvc', bill_no
from plan_posting where is_due and (not is_posted or posted_period <> period)
union all
select entity_no, currency, posted_period, 3, '3.10', amount, story, null, 'CustInvc', bill_no
from plan_posting where is_posted and posted_period <> period
union all
select entity_no, currency, posted_period, 3, case when abs(own_amount - amount) <= 5 then '3.13'
    else '3.10' end, own_amount - amount, story, null, 'Journal', element_no
from plan_posting where is_posted and own_amount <> amount
union all
-- posted in another entity, or in the entity's own currency
select entity_no, currency, posted_period, 3, '3.12', -own_amount, story, null, 'CustInvc', bill_no
from plan_posting where is_posted and posted_entity_no <> entity_no
union all
select posted_entity_no, currency, posted_period, 3, '3.12', own_amount, story, null, 'CustInvc',
    bill_no
from plan_posting where is_posted and posted_entity_no <> entity_no
union all
select entity_no, currency, posted_period, 3, '3.11', -own_amount, story, null, 'CustInvc', bill_no
from plan_posting where is_posted and posted_currency <> currency
union all
select entity_no, posted_currency, posted_period, 3, '3.11', posted_amount, story, null, 'CustInvc',
    bill_no
from plan_posting where is_posted and posted_currency <> currency
union all
-- what is expected back, and what the ERP booked of it
select entity_no, currency, period, 3, '3.06', effect, null, null, type, key
from refund_movement
union all
select entity_no, currency, period, 3, case when abs(amount - earned) <= 5 then '3.13'
    else '3.10' end, amount - earned, null, null, 'Journal', journal_no
from refund_posting
union all
select entity_no, currency, period, 3, '3.08', revenue_credit, story, null, 'Journal', journal_no
from manual_journal
union all
select entity_no, currency, period, 3, case kind when 'deposit' then '3.09' else '3.05' end,
    -amount, story, null, 'CustInvc', bill_no
from bill_line where kind in ('deposit', 'pass_through');

-- Leg 4. An invoice is settled by its payment and its credits, the rest is open; each takes its
-- part
-- of the invoice's tax, to the minor unit, by largest remainder. Paid net amounts move to the month
-- of
-- the payment, tax comes on top; credits and what is open never become cash.
create table settlement as
with part as (
    select bill_no, 1 as rank, 'CustPymt' as type, payment_no as key, 'payment' as kind, period,
        amount
    from payment where bill_no is not null
    union all
    select bill_no, 1, 'DepAppl', bill_no, 'payment', period, amount from deposit
    union all
    select bill_no, 2, 'CustPymt', payment_no, 'discount', period, discount
    from payment where discount <> 0
    union all
    select bill_no, 2, 'Journal', journal_no, kind, period, amount from settlement_journal
    union all
    select bill_no, 2, 'CustCred', credit_no, 'credit', period, amount + tax from applied_credit
),
whole as (
    select
        b.bill_no, b.entity_no, b.currency, b.period as bill_period, b.story, r.rate,
        (t.net + t.tax)::hugeint as gross, t.tax::hugeint as tax,
    from bill as b inner join document_total as t using (bill_no)
    inner join document_rate as r on r.type = b.type and r.key = b.bill_no
    where b.posting and b.type = 'CustInvc'
),
parts as (
    select * from part
    union all
    select w.bill_no, 3, null, null, 'open', w.bill_period,
        (w.gross - coalesce(p.amount, 0))::bigint
    from whole as w
    left join (select bill_no, sum(amount) as amount from part group by bill_no) as p
        on p.bill_no = w.bill_no
    where w.gross > coalesce(p.amount, 0)
),
shared as (
    select
        w.*, p.kind, p.type, p.key, greatest(p.period, w.bill_period) as period, p.amount, p.rank,
        t.id::varchar as document_id,
        p.amount * w.tax // w.gross as floor_tax, p.amount * w.tax % w.gross as remainder,
    from parts as p inner join whole as w using (bill_no)
    left join tx as t on t.type = p.type and t.key = p.key
)
select
    bill_no, entity_no, currency, bill_period, story, kind, type, key, period, amount, rate,
    (floor_tax + case
        when row_number() over (
            partition by bill_no order by remainder desc, rank, period, document_id, kind
        ) <= tax - sum(floor_tax) over (partition by bill_no)
            then 1
        else 0
    end)::bigint as tax,
from shared;

-- Cash applied to nothing answers what its customer owes: the oldest to the oldest, as far as both
-- go, each invoice by the share of its open amount.
create table unapplied_cover as
with owed as (
    select
        h.customer_id, s.entity_no, s.currency, s.bill_no, s.bill_period, s.amount, s.rate,
        s.amount - s.tax as net,
        sum(s.amount) over (
            partition by h.customer_id, s.entity_no, s.currency
            order by s.bill_period, t.id::varchar
        ) as until,
    from settlement as s
    inner join tx_header as h on h.type = 'CustInvc' and h.key = s.bill_no
    inner join tx as t on t.type = 'CustInvc' and t.key = s.bill_no
    where s.kind = 'open'
),
idle as (
    select
        h.customer_id, p.entity_no, p.currency, p.payment_no, p.period, p.idle as amount,
        sum(p.idle) over (
            partition by h.customer_id, p.entity_no, p.currency
            order by p.period, t.id::varchar
        ) as until,
    from payment as p
    inner join tx_header as h on h.type = 'CustPymt' and h.key = p.payment_no
    inner join tx as t on t.type = 'CustPymt' and t.key = p.payment_no
    where p.idle > 0
)
select
    o.entity_no, o.currency, o.bill_no, o.rate, i.payment_no,
    greatest(i.period, o.bill_period) as period,
    -- from where to where the payment covers the invoice
    greatest(i.until - i.amount - (o.until - o.amount), 0)::bigint as from_amount,
    least(i.until - (o.until - o.amount), o.amount)::bigint as to_amount,
    div_round(o.net * to_amount, o.amount) - div_round(o.net * from_amount, o.amount) as net,
from owed as o inner join idle as i
    on i.customer_id = o.customer_id and i.entity_no = o.entity_no and i.currency = o.currency
    and i.until - i.amount < o.until and i.until > o.until - o.amount;

create table refunded as
select
    c.entity_no, c.currency, c.period as credit_period, r.period, c.amount, c.story, c.credit_no,
    d.rate,
from kept_credit as k inner join credit_total as c using (credit_no)
inner join document_rate as d on d.type = 'CustCred' and d.key = c.credit_no
left join refund as r using (credit_no);

-- Every payment and deposit of which something is left, and how much of it answers open invoices.
create view truth.unapplied_cash as
with received as (
    select
        'payment' as document_type, 'CustPymt' as type, payment_no as key, entity_no, currency,
        period, amount + extra as received, amount as applied, extra - idle as refunded, idle,
    from payment
    union all
    select
        'customer_deposit', 'CustDep', deposit_no, entity_no, currency, month_of(deposit_date),
        amount, applied, 0, amount - applied,
    from deposit_document
)
select
    t.id as payment_id, r.document_type, e.entity, r.currency, r.period,
    money(r.received, c.minor_unit) as received_amount,
    money(r.applied, c.minor_unit) as applied_amount,
    money(r.refunded, c.minor_unit) as refunded_amount,
    money(r.idle, c.minor_unit) as unapplied_amount,
    money(coalesce(u.amount, 0), c.minor_unit) as open_invoice_amount,
    coalesce(u.invoices, 0) as open_invoices,
from received as r
inner join tx as t using (type, key)
inner join entity as e using (entity_no)
inner join currency as c using (currency)
left join (
    select payment_no, sum(to_amount - from_amount)::bigint as amount, count(*) as invoices,
    from unapplied_cover group by payment_no
) as u on r.type = 'CustPymt' and u.payment_no = r.key
where r.idle > 0;

-- Everything that settles a bill is worth what the bill's rate makes of it, a credit its own.
insert into atom
select entity_no, currency, bill_period, 4, '4.01', -(amount - tax), story, null, 'CustInvc',
    bill_no, -in_dollars(amount - tax, rate)
from settlement where kind in ('open', 'credit') or period <> bill_period
union all
-- only cash is collected from an earlier quarter; what settles without cash comes back as it left
select
    entity_no, currency, period, 4,
    case when kind <> 'payment' or quarter_of(period) = quarter_of(bill_period) then '4.01'
        else '4.02' end,
    amount - tax, story, null, type, key, in_dollars(amount - tax, rate)
from settlement where kind not in ('open', 'credit') and period <> bill_period
union all
select
    entity_no, currency, period, 4,
    case kind when 'discount' then '4.04' when 'write_off' then '4.05' when 'fx' then '4.09'
        else '4.06' end,
    -(amount - tax), story, null, type, key, -in_dollars(amount - tax, rate)
from settlement where kind not in ('open', 'credit', 'payment')
union all
select entity_no, currency, period, 4, '4.03', tax, story, null, type, key, in_dollars(tax, rate)
from settlement where kind = 'payment' and tax <> 0
union all
-- a credit gives back what it settled; tax that it bears beside the invoice's share is tax
select s.entity_no, s.currency, s.period, 4, x.line_code, x.amount, s.story, null, 'CustCred',
    s.key, in_dollars(x.amount, r.rate)
from settlement as s
inner join (select credit_no, sum(tax)::bigint as tax from credit_total group by credit_no) as c
    on c.credit_no = s.key
inner join document_rate as r on r.type = 'CustCred' and r.key = s.key,
lateral (values ('4.01', s.amount - s.tax), ('4.03', s.tax - c.tax)) as x (line_code, amount)
where s.kind = 'credit' and x.amount <> 0
union all
-- one that is paid back waits until then
select entity_no, currency, credit_period, 4, '4.01', amount, story, null, 'CustCred', credit_no,
    in_dollars(amount, rate)
from refunded where period is distinct from credit_period
union all
select entity_no, currency, period, 4, '4.01', -amount, story, null, 'CustRfnd', credit_no,
    -in_dollars(amount, rate)
from refunded where period <> credit_period
union all
select entity_no, currency, period, 4, '4.08', amount, story, null, 'CustRfnd', credit_no,
    in_dollars(amount, rate)
from refunded where period is not null
union all
select entity_no, currency, period, 4, l.line_code, l.sign * net, null, null, 'CustPymt',
    payment_no, l.sign * in_dollars(net, rate)
from unapplied_cover, (values ('4.01', 1), ('4.07', -1)) as l (line_code, sign)
union all
select b.entity_no, b.currency, b.period, 4, '4.03', t.tax, b.story, null, b.type, b.bill_no,
    in_dollars(t.tax, r.rate)
from bill as b inner join document_total as t using (bill_no)
inner join document_rate as r on r.type = b.type and r.key = b.bill_no
where b.type = 'CashSale' and t.tax <> 0;

create view truth.bridge_line as
select 'standard' as definition_id, e.entity, a.currency, a.period, a.leg, a.line_code,
    money(sum(a.amount)::bigint, c.minor_unit) as amount
from atom as a inner join entity as e using (entity_no) inner join currency as c using (currency)
where a.amount <> 0
group by e.entity, a.currency, a.period, a.leg, a.line_code, c.minor_unit
having sum(a.amount) <> 0;

-- What each obligation earns month by month, what the ERP planned, and what it posted; cause: what
-- went wrong in the month, if it is closed or was posted.
create view truth.revenue_schedule as
with measured as (
    select
        m.element_no, m.period, m.earned as scheduled, m.planned, null as posted,
        case when m.is_due and coalesce(m.planned, 0) <> coalesce(m.earned, 0) then
            case when e.is_as_stated then 'allocation' when c.element_no is not null
                then 'modification' else x.kind end end as cause,
    from planned_month as m inner join obligation as e using (element_no)
    left join revenue_error as x using (element_no)
    left join modification as c using (element_no)
    union all
    select element_no, posted_period, null, null, posted_amount,
        case when posted_currency <> currency or posted_entity_no <> entity_no then error
            when own_amount <> amount then 'amount' end
    from plan_posting where is_posted
    union all
    select p.element_no, unnest(case when p.is_posted then [p.period, p.posted_period]
        else [p.period] end), null, null, null, p.error
    from plan_posting as p where p.error in ('unposted', 'wrong_period')
)
select
    e.obligation_id, m.period,
    n.entity, e.currency, money(sum(m.scheduled)::bigint, c.minor_unit) as scheduled_amount,
    money(sum(m.planned)::bigint, c.minor_unit) as erp_scheduled_amount,
    money(sum(m.posted)::bigint, c.minor_unit) as posted_amount,
    coalesce(max(m.cause), '') as cause,
from measured as m inner join obligation as e using (element_no)
inner join entity as n on n.entity_no = e.entity_no inner join currency as c using (currency)
group by e.obligation_id, m.period, n.entity, e.currency, c.minor_unit;

-- Every discrepancy with its record. Timing inside the plan (1.09, 2.02 to 2.01, 3.01, 3.02) is
-- listed for stories only, and cash (leg 4) not at all.
create view truth.discrepancy as
select
    coalesce(a.story, '') as story,
    case a.line_code when '1.01' then 'definition not met' when '1.02' then 'duplicate opportunity'
        when '1.03' then 'test or internal deal' when '1.05' then 'account not mapped'
        when '1.06' then 'leakage' when '1.07' then 'in flight'
        when '1.08' then 'cancelled before release' when '1.09' then 'timing'
            when '1.04' then 'edited after the order' when '1.21' then 'change order'
            when '1.10' then 'other entity' when '1.11' then 'other currency'
            when '1.13' then 'term basis' when '1.15' then 'quantity' when '1.16' then 'list price'
                when '1.17' then 'discount'
        when '1.18' then 'tax or freight in the amount' when '1.20' then 'order without opportunity'
            when '2.01' then 'prior backlog billed' when '2.02' then 'unbilled'
            when '2.03' then 'cancelled or short-closed' when '2.04' then 'invoice price'
        when '2.06' then 'invoice without order' when '2.07' then 'posted credit'
            when '2.09' then 'credit and reissue' when '2.10' then 'overage'
            when '3.01' then 'deferred' when '3.02' then 'released'
                when '3.03' then 'contract asset'
        when '3.08' then 'manual journal' when '3.09' then 'deposit'
            when '3.04' then 'allocated by stand-alone prices'
            when '3.06' then 'expected back'
            when '3.07' then 'modification caught up'
            when '3.11' then 'posted in another currency'
            when '3.12' then 'posted in another entity'
            when '3.05' then 'passed through, not revenue'
            when '3.10' then 'posted beside the plan'
            when '3.13' then 'ledger rounding' end as kind,
    a.line_code, e.entity, a.currency, a.period, money(a.amount, c.minor_unit) as amount,
    coalesce(o.opportunity_id, '') as opportunity_id, coalesce(t.id::varchar, '') as document_id,
    coalesce(n.note, '') as note,
from atom as a
inner join entity as e using (entity_no)
inner join currency as c using (currency)
left join opportunity_id as o on o.deal_no = a.deal_no
left join tx as t on t.type = a.type and t.key = a.key
left join (select deal_no, min(note) as note from story group by all) as n
    on n.deal_no = coalesce(a.deal_no, case when a.type = 'SalesOrd' and a.key between 700000000
    and 799999999 then 800000000 + (a.key - 700000000) // 2 when a.type = 'CustInvc'
        and a.key between 7000000000 and 7999999999
        then 800000000 + (a.key // 10 - 700000000) // 2 end)
where a.amount <> 0 and a.leg < 4
    and (a.story is not null or a.line_code not in ('1.09', '1.20', '2.01', '2.02', '3.01', '3.02'))
union all
-- planted errors that no bridge line carries
select story, kind, '', e.entity, '', null, '', opportunity_id, document_id, note from (
    select 'AX-16' as story, 'unparseable close date' as kind, 2 as entity_no, opportunity_id,
        '' as document_id, '02/30/2026 is dead-lettered' as note from opportunity_id
        where deal_no = 800000999
    union all select 'AX-20', 'address conflict', 3, '', k.customer_id::varchar,
    'CRM billing address edited after the ERP record was made' from customer_id as k
    where company_no = 900018
    union all select 'AX-23', 'deal of 0.00', 2, opportunity_id, '',
    'blocked as an invoice candidate' from opportunity_id where deal_no = 800000223
    union all select 'AX-28', 'active in CRM, inactive in ERP', 2, '', k.customer_id::varchar,
    'customer inactive since 2026-05-20' from customer_id as k where company_no = 900019
    union all select 'AX-28', 'quoted SKU differs from invoiced SKU', 2, opportunity_id, '',
    'PRT-025-SS quoted, PRT-060-HC invoiced' from opportunity_id where deal_no = 800000228
    union all select 'AX-12', 'custom deal', 3, opportunity_id, '', 'product needs manual review'
    from opportunity_id where deal_no = 800000213
    union all select 'AX-19', 'readiness gaps', 2, opportunity_id, '',
    'no billing address, terms, tax id' from opportunity_id where deal_no = 800000219
    union all select 'AX-01', 'pending credit memo', 1, '', t.id::varchar, '12,000.00 not posted'
    from tx as t inner join credit as c on t.type = 'CustCred' and t.key = c.credit_no
    where c.reason = 'pending credit'
    union all select 'AMBIGUOUS', 'two ERP customers of one name', 2, '', k.customer_id::varchar,
    'never picked silently' from customer_id as k where company_no = 900024
    union all select 'ORPHAN', 'orphaned line', 2, sf_id('006', 90000000 + i), '',
    'opportunity was purged' from range(3) as r (i)
) as x inner join entity as e using (entity_no);
