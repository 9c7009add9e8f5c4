-- The mass of CRM deals. One row per deal; scenario is the one thing that happens to it on its way
-- to the order.
create table deal as
with drawn as (
    select
        d.range + 1 as deal_no,
        1 + floor(getvariable('n_company') * pow(u01('dealco', d.range), 1.5))::bigint
            as company_no,
        u01('status', d.range) as status_u, u01('scenario', d.range) as s,
        u01('currency', d.range) as cu,
        u01('qend', d.range) as qe, pick('day', d.range, 730) as day_no,
        pick('qday', d.range, 12) as qday,
        pick('quarter', d.range, 8) as q,
    from range(getvariable('n_deal')) as d
),
dated as (
    select
        *,
        -- a quarter of all deals closes in the last days of a quarter
        weekday_before(case
            when qe < 0.25
                then (date '2024-10-01' + to_months((3 * q)::integer))::date - 1 - qday::integer
            else date '2024-07-01' + day_no::integer
        end) as day,
    from drawn
),
placed as (
    select
        d.*, c.entity_no, c.link_kind, t.is_judged, t.is_plain,
        case
            when c.entity_no = 3 and cu < 0.10 then 'USD'
            when c.entity_no = 3 and cu < 0.17 then 'CHF'
            else e.base_currency
        end as currency,
        case when status_u < 0.88 and not t.is_decoy then 'won' when status_u < 0.95 then 'lost'
            else 'open' end as status,
    from dated as d inner join company as c using (company_no)
    inner join company_trait as t using (company_no)
    inner join entity as e using (entity_no)
),
decided as (
    select
        *,
        case
            when status <> 'won' then status
            when s < 0.004 then 'test'
            when link_kind = 'none' then 'unmapped'
            when s < 0.009 then 'verbal'
            when s < 0.021 and day <= date '2026-05-29' and not is_judged then 'leakage'
            when s < 0.026 and day <= date '2026-05-29' then 'cancelled_before_release'
            when s < 0.030 then 'soft_deleted'
            when s < 0.037 then 'duplicated'
            when currency = 'USD' and entity_no = 3 and s < 0.12 then 'entity_hop'
            when currency = 'USD' and entity_no = 3 and s < 0.20 then 'currency_hop'
            when s < 0.065 then 'discount'
            when s < 0.073 then 'list_price'
            when s < 0.088 then 'quantity'
            when s < 0.098 then 'term'
            when s < 0.106 then 'tax'
            when s < 0.110 then 'freight'
            when s < 0.114 then 'crm_discount'
            when s < 0.119 then 'other_sku'
            when s < 0.150 then 'header_only'
            when s < 0.170 then 'late'
            when s < 0.178 then 'unmapped_product'
            -- edited in the CRM after its month was closed; changed or extended after the order
            when s < 0.186 and day <= date '2026-02-27' then 'late_edit'
            when s < 0.191 and day <= date '2026-06-01' then 'changed_line'
            when s < 0.196 and day <= date '2026-06-01' then 'added_line'
            -- orders that name no deal: a rule has to find it, or a score, or a person
            when s < 0.214 and is_plain then 'no_reference'
            when s < 0.220 and is_plain then 'near'
            when s < 0.224 and is_plain and day <= date '2026-04-10' then 'twin'
            else 'clean'
        end as scenario,
    from placed
)
select
    deal_no, null::varchar as story, company_no, entity_no, currency, scenario,
    status = 'won' as is_won,
    case when status = 'open' and day < date '2026-06-05'
        then weekday_before(date '2026-07-01' + (day_no % 120)::integer) else day end as close_date,
    case status
        when 'lost' then 'Closed Lost'
        when 'open'
            then choose('stage', deal_no,
            ['Prospecting', 'Qualification', 'Needs Analysis', 'Proposal/Price Quote',
                'Negotiation/Review'])
        else case when scenario = 'verbal' then 'Closed Won - Verbal' else 'Closed Won' end
    end as stage,
    choose('type', deal_no,
        ['New Business','Existing Business','Existing Business','Renewal','Services']) as deal_type,
    case pick('lines', deal_no, 100)
        when 0 then 1
        else list_element([1, 2, 3, 4, 5, 6],
            (case when u01('nline', deal_no) < 0.18 then 1 when u01('nline', deal_no) < 0.42 then 2
            when u01('nline', deal_no) < 0.67 then 3 when u01('nline', deal_no) < 0.82 then 4
                when u01('nline', deal_no) < 0.92 then 5 else 6 end))
    end as n_lines,
    least(day::timestamp,
        timestamp '2026-06-20') - to_days((15 + pick('age', deal_no,
        130))::integer) + to_seconds(28800 + pick('ctime', deal_no, 36000)) as created_ts,
    null::varchar as deal_name, 0::bigint as tax_amount, 0::bigint as freight_amount,
    null::integer as discount_percent,
    0::bigint as header_extra, null::bigint as duplicate_of,
from decided;

-- A duplicate is entered again some days later, for the same company with the same lines.
insert into deal
select
    400000000 + deal_no, null, company_no, entity_no, currency, 'duplicate', true,
    weekday_before(least(close_date + 1 + pick('dupday', deal_no, 8)::integer, date '2026-06-30')),
    stage, deal_type, n_lines,
    least(close_date::timestamp, timestamp '2026-06-28') + interval 9 hour, null, 0, 0, null, 0,
    deal_no
from deal where scenario = 'duplicated';

-- A twin is sold to the same company weeks later: too late for an entry made twice, and equal in
-- all that an order could tell them apart by.
insert into deal
select
    410000000 + deal_no, null, company_no, entity_no, currency, 'twin_copy', true,
    weekday_before((close_date + 35 + pick('twinday', deal_no, 6)::integer)::date),
    stage, deal_type, n_lines, close_date::timestamp + interval 9 hour, null, 0, 0, null, 0, deal_no
from deal where scenario = 'twin';

create table deal_line as
with line as (
    select
        d.deal_no, l.range + 1 as line_no, d.currency, d.scenario, d.entity_no,
        coalesce(d.duplicate_of, d.deal_no) as seed_no,
    from deal as d, range(6) as l
    where l.range < d.n_lines
),
drawn as (
    select
        deal_no, line_no, currency, scenario, seed_no * 8 + line_no as k,
        -- 29 products: a step that 29 does not divide never repeats one within a deal
        (pick('product', seed_no, 29) + (line_no - 1) * (1 + pick('step', seed_no, 28))) % 29 + 1
            as drawn_no,
    from line
),
chosen as (
    select
        deal_no, line_no, currency, scenario, k,
        case
            when scenario = 'term' and line_no = 1 then 27
            when scenario = 'term' and drawn_no >= 27 then 14 + line_no
            when scenario = 'unmapped_product' and line_no = 1 then case when pick('odd', k, 3) = 0
                then 34 else 33 end
            when line_no = 1 and drawn_no = 27 and pick('bundle', k, 3) = 0
                and scenario in ('clean', 'late', 'header_only', 'duplicated', 'duplicate') then 31
            when line_no = 1 and drawn_no >= 27
                and scenario in ('discount', 'list_price', 'quantity', 'other_sku', 'late_edit',
                    'changed_line', 'near') then 18
            else drawn_no
        end as product_no,
    from drawn
),
-- product 18 may now appear twice in a deal: the later line becomes 19, and so on upwards
distinct_products as (
    select
        * exclude (product_no),
        case when product_no <= 26 and row_number()
            over (partition by deal_no, product_no order by line_no) > 1
            then null else product_no end as product_no,
    from chosen
),
priced as (
    select
        c.deal_no, c.line_no, c.currency, c.scenario, c.product_no, c.k, p.kind, r.list_price,
        case when scenario = 'currency_hop' then 1 else case p.kind
            when 'equipment' then 1 + least(pick('qty', k, 12), pick('qty2', k, 12))
            when 'part' then 5 + pick('qty', k, 116)
            when 'service' then 1 + pick('qty', k, 8)
                else 1 + least(pick('qty', k, 8), pick('qty2', k, 8)) end end as quantity,
        case when scenario = 'list_price' and line_no = 1 or scenario = 'currency_hop' then 0
            else choose('disc', k, [0,0,0,0,0,0,5,8,10,12,15,20]) end as discount_percent,
        case when p.kind in ('subscription', 'bundle') then case when scenario = 'term'
            and line_no = 1 then 36
            when p.kind = 'subscription' and scenario <> 'currency_hop' and pick('term', k, 10) = 0
                then 24 else 12 end end as term_months,
    from distinct_products as c
    inner join product as p using (product_no)
    inner join price as r using (product_no, currency)
)
select
    deal_no, line_no, product_no, kind, term_months, list_price, discount_percent,
    -- a longer term is sold as more years of the annual price
    (quantity * coalesce(term_months // 12, 1))::bigint as quantity,
    div_round(list_price * (100 - discount_percent), 100) as unit_price,
    (quantity * coalesce(term_months // 12,
        1))::bigint * div_round(list_price * (100 - discount_percent), 100) as amount,
from priced;

-- What stands in the header beside the lines: tax or freight typed into Amount, or a discount given
-- by word.
create or replace table deal_total as
select deal_no, sum(amount)::bigint as lines_amount, count(*) as n_lines,
    bool_or(kind in ('subscription', 'bundle')) as has_subscription
from deal_line group by deal_no;

update deal set
    tax_amount = div_round(t.lines_amount * greatest(e.tax_bp, 500), 10000),
    header_extra = div_round(t.lines_amount * greatest(e.tax_bp, 500), 10000)
from deal_total as t, entity as e
where deal.scenario = 'tax' and t.deal_no = deal.deal_no and e.entity_no = deal.entity_no;

update deal set freight_amount = div_round(t.lines_amount, 80) + 1,
header_extra = div_round(t.lines_amount, 80) + 1
from deal_total as t where deal.scenario = 'freight' and t.deal_no = deal.deal_no;

update deal set discount_percent = 5, header_extra = -div_round(t.lines_amount * 5, 100)
from deal_total as t where deal.scenario = 'crm_discount' and t.deal_no = deal.deal_no;
