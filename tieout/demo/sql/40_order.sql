-- Sales orders and their lines. delta_code is the bridge line of the difference between the deal's
-- line and this one.
create table order_plan as
select
    d.deal_no, coalesce(b.buyer_no, d.company_no) as company_no, d.scenario, d.close_date,
    d.n_lines, t.is_judged,
    case d.scenario when 'entity_hop' then 2 else d.entity_no end as entity_no,
    case d.scenario when 'currency_hop' then 'EUR' else d.currency end as currency,
    -- most orders come within a few working days, some weeks later
    weekday_after((coalesce(w.close_date + 2, d.close_date)
        + case when d.scenario = 'late' then 18 + pick('lag', d.deal_no, 30)
        else list_element([0, 0, 1, 1, 1, 2, 2, 3, 4, 6],
            pick('lag', d.deal_no, 10) + 1) end::integer)::date) as planned_date,
    pick('split', d.deal_no, 100) < 13 and d.scenario in ('clean', 'no_reference')
        and d.n_lines > 1 as is_split,
from deal as d
inner join company_trait as t using (company_no)
left join company_buyer as b on b.company_no = d.company_no
    and pick('buyer', d.deal_no, b.one_in) = 0 and d.scenario in ('clean', 'late', 'discount')
left join deal as w on w.duplicate_of = d.deal_no and w.scenario = 'twin_copy'
where d.story is null and d.is_won
    and d.scenario in ('clean', 'late', 'duplicated', 'discount', 'list_price', 'quantity', 'term',
        'tax', 'freight', 'crm_discount',
        'other_sku', 'header_only', 'unmapped_product', 'entity_hop', 'currency_hop',
        'cancelled_before_release', 'late_edit', 'changed_line', 'added_line', 'no_reference',
        'near', 'twin');

create table sales_order as
with part as (
    select
        p.deal_no * 2 + r.range as order_no, p.deal_no, p.company_no, p.entity_no, p.currency,
        p.scenario, p.is_split, p.is_judged, r.range as part,
        case when r.range = 1
            then weekday_after((p.planned_date + 3 + pick('splitlag', p.deal_no,
            18)::integer)::date) else p.planned_date end as planned_date,
        p.planned_date as first_date, p.close_date,
    from order_plan as p, range(2) as r
    where r.range = 0 or p.is_split
),
dated as (
    select
        * exclude (planned_date, first_date),
        -- what closed early enough is ordered by the end of the data; the rest is still in flight
        case when planned_date > date '2026-06-30'
            and (close_date < date '2026-06-24' or is_judged
                or (part = 1 and first_date <= date '2026-06-30'))
            then date '2026-06-30' else planned_date end as order_date,
    from part
)
select
    order_no, null::varchar as story, deal_no, company_no, entity_no, currency, order_date,
        'DIRECT' as channel, scenario,
    case
        when scenario = 'cancelled_before_release' then 'cancelled_before_release'
        -- one that was changed and is cancelled or held as well, or half of a sale that names no deal
        -- and is cancelled: only a person would see what it was
        when scenario = 'near' and u01('fate', order_no) < 0.032 then 'full'
        when u01('fate', order_no) < 0.012 and not (scenario = 'no_reference' and is_split)
            then 'cancelled'
        when u01('fate', order_no) between 0.012 and 0.020 then 'short_closed'
        when u01('fate', order_no) < 0.032 and order_date >= date '2026-01-01' then 'hold'
        when u01('fate', order_no) < 0.050 then 'partial'
        when u01('fate', order_no) < 0.066 then 'price'
        when u01('fate', order_no) < 0.070 then 'overage'
        when u01('fate', order_no) < 0.42 then 'two_bills'
        else 'full'
    end as fate,
from dated
where order_date <= date '2026-06-30';

update deal set scenario = 'in_flight'
where story is null and deal_no in (select deal_no from order_plan)
    and deal_no not in (select deal_no from sales_order);

-- orders that never passed through the CRM
insert into sales_order
with drawn as (
    select range as i,
        1 + floor((getvariable('n_company') + getvariable('n_erp_only')) * pow(u01('chco', range),
        1.3))::bigint as company_no,
        weekday_before(date '2024-07-01' + pick('chday', range, 729)::integer) as order_date,
        u01('chan', range) as cu
    from range(getvariable('n_channel_order'))
)
select
    500000000 + i, null, null, c.company_no, c.entity_no, e.base_currency, order_date,
    case when cu < 0.34 then 'EDI' when cu < 0.50 then 'PHONE' when cu < 0.74 then 'WEB'
        when cu < 0.85 then 'REPEAT'
        when cu < 0.95 then 'SERVICE' when cu < 0.97 then 'IC' else 'UNKNOWN' end,
    'channel',
    case
        when u01('fate', 500000000 + i) < 0.010 then 'cancelled'
        when u01('fate', 500000000 + i) < 0.016 then 'short_closed'
        when u01('fate', 500000000 + i) < 0.022 and order_date >= date '2026-01-01' then 'hold'
        when u01('fate', 500000000 + i) < 0.034 then 'partial'
        when u01('fate', 500000000 + i) < 0.044 then 'price'
        when u01('fate', 500000000 + i) < 0.40 then 'two_bills'
        else 'full'
    end
from drawn inner join company as c using (company_no) inner join entity as e using (entity_no)
where c.link_kind not in ('none');

create table order_line_draft as
-- lines that come from a deal; a bundle becomes two, the second takes what the first leaves of the
-- price
select
    o.order_no, dl.deal_no, dl.line_no as deal_line_no, pi.part, dl.product_no,
    dl.kind as product_kind,
    case when o.scenario = 'other_sku' and dl.line_no = 1 then 'FLM-200-V2' else pi.sku end as sku,
    case
        when o.scenario = 'quantity' and dl.line_no = 1 then case when dl.quantity > 1
            then dl.quantity - 1 - dl.quantity // 8 else dl.quantity + 1 end
        when dl.line_no = 1 and x.changes = 'quantity'
            then dl.quantity + case when o.scenario = 'near' then -1 else 1 + dl.quantity // 4 end
        when o.scenario = 'term' and dl.line_no = 1 then dl.quantity // 3
        else dl.quantity end as quantity,
    case when o.scenario = 'list_price' and dl.line_no = 1 then div_round(dl.list_price * 106, 100)
        when o.scenario = 'currency_hop' then converted(dl.list_price, r.minor_rate)
        when pi.share < 100 then div_round(dl.list_price * pi.share, 100)
            else dl.list_price end as list_price,
    case
        when o.scenario = 'discount' and dl.line_no = 1
            then div_round(dl.unit_price * (95 - pick('disccut', o.order_no, 11)), 100)
        when dl.line_no = 1 and x.changes = 'price'
            then div_round(dl.unit_price * (97 - pick('pricecut', o.order_no, 6)), 100)
        when dl.line_no = 1 and x.changes = 'deal'
            then div_round(dl.unit_price * choose('wasprice', o.order_no, [92, 95, 104, 108]), 100)
        when o.scenario = 'list_price' and dl.line_no = 1 then div_round(dl.list_price * 106, 100)
        when o.scenario = 'currency_hop' then converted(dl.unit_price, r.minor_rate)
        when pi.share < 100 and pi.part = 1 then div_round(dl.unit_price * pi.share, 100)
        when pi.share < 100 then dl.unit_price - div_round(dl.unit_price * 80, 100)
        else dl.unit_price end as unit_price,
    case when o.scenario = 'term' and dl.line_no = 1 then 12 else dl.term_months end as term_months,
    case when dl.line_no = 1 then case
        when o.scenario = 'discount' then '1.17' when o.scenario = 'list_price' then '1.16'
        when o.scenario = 'quantity' then '1.15' when o.scenario = 'term' then '1.13'
        when o.scenario = 'late_edit' then '1.04' when o.scenario = 'changed_line' then '1.21'
        when x.changes = 'price' then '1.17' when x.changes = 'quantity' then '1.15' end
    end as delta_code,
    0 as rev_delay,
from (select *, count(*) over (partition by deal_no) as n_orders from sales_order
where deal_no is not null) as o
inner join deal_line as dl using (deal_no)
inner join deal_total as dt using (deal_no)
inner join product_item as pi on pi.product_no = dl.product_no
-- what the first line of these differs in: the order, or the deal that was edited since
cross join lateral (
    select case
        when o.scenario = 'late_edit' then 'deal'
        -- one less is a small part of the deal: more would be another sale, for a person to judge
        when o.scenario = 'changed_line'
            or (o.scenario = 'near' and dl.quantity > 1
                and 20 * dl.unit_price <= dt.lines_amount)
            then choose('changes', o.order_no, ['quantity', 'price'])
        when o.scenario = 'near' then 'price'
    end as changes
) as x
-- a deal ordered in another currency is ordered at the ERP's rate of the order's day
left join rate as r on o.scenario = 'currency_hop' and r.currency = 'USD'
    and r.base_currency = 'EUR' and r.period = month_of(o.order_date)
where o.n_orders = 1 or o.order_no % 2 = dl.line_no % 2
union all
-- lines of orders without a deal
select
    o.order_no, null, null, 1, p.product_no, p.kind, p.sku,
    case p.kind when 'equipment' then 1 + pick('qty', k, 6) when 'part' then 4 + pick('qty', k, 90)
        else 1 + pick('qty', k, 4) end,
    r.list_price, div_round(r.list_price * (100 - choose('disc', k, [0, 0, 0, 5, 8, 10, 12])), 100),
    null, null, 0
from (
    select o.*, l.range as i, o.order_no * 8 + l.range as k,
        case when o.channel in ('SERVICE', 'REPEAT')
            then 20 + (pick('product', o.order_no, 7) + l.range) % 7
            else (pick('product', o.order_no,
                23) + l.range * (1 + pick('step', o.order_no, 22))) % 23 + (case when pick('part',
                o.order_no, 3) = 0 then 4 else 1 end) end as product_no
    from sales_order as o, range(5) as l
    where o.deal_no is null and l.range < 1 + pick('chlines', o.order_no, 5)
) as o
inner join product as p using (product_no)
inner join price as r using (product_no, currency)
union all
-- a line that the customer asked for after the order was made: no product of the deal
select
    o.order_no, null, null, 9, p.product_no, p.kind, p.sku, 1 + pick('addqty', o.order_no, 5),
    r.list_price, r.list_price, null, null, 0
from sales_order as o
inner join product as p on p.product_no <= 19
inner join price as r on r.product_no = p.product_no and r.currency = o.currency
where o.scenario = 'added_line' and p.product_no not in (
    select l.product_no from deal_line as l where l.deal_no = o.deal_no
)
qualify row_number() over (
    partition by o.order_no order by draw('added', o.order_no * 32 + p.product_no)
) = 1;

-- planted orders
insert into sales_order
select
    700000000 + deal * 2, any_value(story), case when any_value(d_date) is not null
        then deal_no end, any_value(company_no),
    case when deal = 243 then 2 else any_value(entity_no) end, case when deal = 244 then 'EUR'
        else any_value(currency) end, any_value(o_date),
    coalesce(any_value(channel), 'DIRECT'),
    coalesce((select d.scenario from deal as d where d.deal_no = s.deal_no), 'channel'),
    any_value(fate)
from story as s where o_date is not null
group by deal, deal_no;

insert into order_line_draft
select
    700000000 + s.deal * 2, case when s.d_date is not null
        then s.deal_no end, case when s.d_date is not null then s.line_no end, coalesce(pi.part, 1),
    coalesce(s.product_no, 5), coalesce(s.kind, 'equipment'),
    case when s.deal = 228 then 'PRT-060-HC' when s.story = 'AX-08' and s.product_no is null
        then ['SRV-CALIB', 'SPR-PROBE-3', 'SRV-INSTALL'][(s.deal - 320) % 3 + 1]
        when s.deal between 131 and 133 then 'PLC-1200-B' when s.deal = 134 then 'VFD-075'
            when s.deal in (135, 136) then 'PRT-025-SS' else pi.sku end,
    s.o_qty, case when s.deal = 244 then converted(s.d_unit, r.minor_rate)
        when s.deal in (108, 251) then s.d_unit when s.deal = 212
        then div_round(s.o_unit * pi.share, 100) else s.o_unit end,
    case when s.deal = 244 then converted(s.d_unit, r.minor_rate) when pi.share < 100
        and pi.part = 1 then div_round(s.o_unit * pi.share, 100)
        when pi.share < 100 then s.o_unit - div_round(s.o_unit * 80, 100) else s.o_unit end,
    s.o_term,
    case when s.deal = 107 then '1.13' when s.deal = 108 or (s.deal = 251 and s.line_no = 1)
        then '1.17' when s.deal = 245 then '1.15' when s.deal = 254 then '1.04'
        when s.deal = 255 then '1.21' end, s.rev_delay
from story as s
left join product_item as pi using (product_no)
left join rate as r on s.deal = 244 and r.currency = 'USD' and r.base_currency = 'EUR'
    and r.period = month_of(s.o_date)
where s.o_date is not null;

insert into order_line_draft
select 700000512, null, null, 9, product_no, kind, sku, 2, list_price, list_price, null, null, 0
from product inner join price using (product_no)
where product_no = 14 and currency = 'EUR';

create table order_line as
select
    d.order_no, row_number() over (partition by d.order_no order by d.deal_line_no, d.part, d.sku)
        as line_no,
    o.story, d.deal_no, d.deal_line_no, i.item_id, i.kind, i.income_account, d.sku, d.quantity,
    d.list_price, d.unit_price,
    d.quantity * d.unit_price as amount, d.term_months, d.delta_code, d.rev_delay,
    o.entity_no, o.currency, o.company_no, o.order_date, o.fate, o.channel,
from order_line_draft as d
inner join sales_order as o using (order_no)
inner join item as i using (sku);

delete from sales_order where order_no not in (select order_no from order_line);

-- What never passed through the CRM must not look like a deal that waits for its order.
create table lookalike as
with total as (
    select o.order_no, o.company_no, o.currency, o.order_date, sum(l.amount)::bigint as amount
    from sales_order as o inner join order_line as l using (order_no)
    where o.deal_no is null and o.story is null group by all
)
select o.order_no
from total as o
inner join deal as d on d.company_no = o.company_no and d.currency = o.currency
inner join deal_total as t on t.deal_no = d.deal_no
where o.order_date between d.close_date - 40 and d.close_date + 100
    and abs(o.amount - t.lines_amount) * 100 <= t.lines_amount
    and d.deal_no not in (select deal_no from sales_order where deal_no is not null)
group by o.order_no;
delete from order_line where order_no in (select order_no from lookalike);
delete from sales_order where order_no in (select order_no from lookalike);

-- An order that either of two equal deals could mean stands for itself until a person says which.
create table twin_order as
select order_no, deal_no from sales_order where scenario = 'twin';
update order_line set deal_no = null, deal_line_no = null
where order_no in (select order_no from twin_order);
update sales_order set deal_no = null where order_no in (select order_no from twin_order);

-- Order lines as they were before somebody changed or added them, a day after the order was made.
create table order_change as
select
    l.order_no, l.line_no,
    case when o.scenario = 'added_line' then 'added'
        when l.quantity <> d.quantity then 'quantity' else 'price' end as kind,
    d.quantity as was_quantity, d.unit_price as was_price,
    least(o.order_date + interval 1 day + to_seconds(26000 + pick('changed', l.order_no, 30000)),
        getvariable('watermark')::timestamp) as changed_ts,
from order_line as l
inner join sales_order as o using (order_no)
left join deal_line as d on d.deal_no = l.deal_no and d.line_no = l.deal_line_no
where (o.scenario = 'changed_line' and l.deal_line_no = 1)
    or (o.scenario = 'added_line' and l.deal_no is null);
