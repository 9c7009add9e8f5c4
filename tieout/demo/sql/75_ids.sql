-- The identifiers that each system would have given: rising with time, related to nothing on the
-- other side.

-- What people call a deal; hardly any name is a deal's alone.
create table deal_label as
with product_of as (
    select l.deal_no, p.product_name
    from (select deal_no, min(product_no) as product_no from deal_line group by deal_no) as l
    inner join product as p using (product_no)
),
named as (
    select
        d.deal_no, p.product_name,
        case
            when d.scenario = 'test' then case pick('test', d.deal_no, 2)
                when 0 then concat('TEST ', p.product_name)
                else concat(c.core, ' - ', p.product_name) end
            else coalesce(d.deal_name, concat(
                c.core, ' - ', p.product_name, ' ', year(d.close_date),
                case when d.scenario = 'duplicate' and pick('copy', d.duplicate_of, 2) = 0
                    then ' (copy)' else '' end))
        end as name,
    from deal as d inner join company as c using (company_no)
    inner join product_of as p using (deal_no)
)
select
    *,
    count(*) over (
        partition by regexp_replace(lower(replace(name, ' (copy)', '')), '[^[:alnum:]]', '', 'g')
    ) = 1 as is_only,
from named;

-- How the ERP points back at the deal (none: not at all), and the purchase order number that both
-- sides may carry.
create table ref as
select
    d.deal_no, d.scenario,
    case
        when d.scenario in ('no_reference', 'near', 'twin', 'twin_copy') then 'none'
        when k < 45 then case
            when d.story = 'AX-01' then 'id18'
            when has_contract and form_no < 30 then 'contract'
            when form_no < 60 then 'id18'
            when form_no < 65 then 'id18 lower' when form_no < 70 then 'id18 upper'
            when form_no < 76 then 'id18 in text' when form_no < 80 then 'id15 in text'
            when form_no < 84 then 'number in text'
            when form_no < 92 and d.scenario <> 'header_only' then 'line'
            when form_no < 97 and n.is_only and is_own_order then 'name'
            else 'id18' end
        when k < 51 then 'id15'
        when k < 55 then case when d.story = 'AX-01' or form_no < 40 then 'url'
            when form_no < 70 then 'classic url' else 'classic url 15' end
        when k < 60 then case when form_no < 70 or d.story = 'AX-01' then 'number'
            else 'number lower' end
        when k < 75 then 'quote'
        else 'po'
    end as ref_kind,
    case when d.duplicate_of is null and (k >= 75 or pick('haspo', d.deal_no, 100) < 75)
        and d.is_won and d.scenario not in ('in_flight', 'leakage', 'verbal', 'test',
            'no_reference', 'near', 'twin')
        then concat('45',
            lpad((((d.deal_no % 100000000 + case when d.story is not null then 50000000
            else 0 end) * 7919) % 100000000)::varchar, 8, '0')) end as po_number,
    concat('OPP-',
        lpad((100000 + row_number() over (order by d.created_ts, d.deal_no))::varchar, 7, '0'))
        as opportunity_number,
    (k >= 60 and k < 75) or pick('quote', d.deal_no, 100) < 55
        as has_quote,
    has_contract,
    row_number() over (order by d.created_ts, d.deal_no) as n,
    1 + pick('owner', d.deal_no, 40) as owner_no, d.account_which,
from (
    select
        d.*, pick('refform', d.deal_no, 100) as form_no,
        d.story = 'AX-09' or (pick('contract', d.deal_no, 6) = 0 and d.is_won) as has_contract,
        -- some deals of a company with two accounts sit on the second one
        case when c.second_account = 'duplicate' and d.story is null and d.scenario = 'clean'
            and pick('onsecond', d.deal_no, 3) = 0 then 2 else 1 end as account_which,
        -- the order stands on the deal's own customer, whom nobody doubts
        not t.is_judged and account_which = 1 and b.company_no is null as is_own_order,
        -- where the customer cannot prove it, the order names the deal
        case when d.story = 'AX-01' then pick('ref', d.deal_no, 60)
            when t.is_judged or account_which = 2 or o.deal_no is not null
                then pick('ref', d.deal_no, 75)
            else pick('ref', d.deal_no, 100) end as k,
    from deal as d
    inner join company as c using (company_no)
    inner join company_trait as t using (company_no)
    left join (
        select o.deal_no
        from sales_order as o inner join deal as x using (deal_no)
        inner join company_buyer as b
            on b.company_no = x.company_no and b.buyer_no = o.company_no
        where o.company_no <> x.company_no and not b.is_provable
        group by o.deal_no
    ) as o on o.deal_no = d.deal_no
    left join (select company_no from company_buyer group by company_no) as b
        on b.company_no = d.company_no
) as d
inner join deal_label as n on n.deal_no = d.deal_no;

create table opportunity_id as
select
    r.*, sf_id('006', r.n) as opportunity_id,
    case when has_quote
        then concat('00',
        lpad((24000 + row_number() over (partition by has_quote order by n))::varchar, 6, '0')) end
            as quote_number,
    case when has_quote then sf_id('0Q0', row_number() over (partition by has_quote order by n)) end
        as quote_id,
from ref as r;

create table opportunity_line_id as
select
    dl.*, o.opportunity_id, sf_id('00k', row_number() over (order by o.n, dl.line_no))
        as opportunity_line_id,
    d.scenario in ('header_only') as is_hidden,
from deal_line as dl inner join opportunity_id as o using (deal_no)
inner join deal as d using (deal_no);

create table account_id as
select
    r.company_no, r.which, r.role, r.record_no, r.is_purged, r.created_ts, r.phone_kind,
    v.name, v.strength, a.street, a.city, a.state, a.postal_code, a.likeness,
    row_number() over (order by r.created_ts, r.company_no, r.which) as n,
    sf_id('001', n) as account_id,
    1 + pick('acctowner', r.company_no, 40) as owner_no,
from record as r inner join record_name as v using (record_no)
inner join record_address as a using (record_no)
where r.side = 'crm';

create table customer_id as
select
    r.company_no, r.which, r.role, r.record_no, r.is_retired, r.created_ts, r.phone_kind,
    v.name, v.strength, a.street, a.city, a.state, a.postal_code, a.likeness,
    1040 + 3 * row_number()
        over (order by r.created_ts, r.company_no, r.which) + pick('custid', r.company_no, 3)
        as customer_id,
    row_number() over (order by r.created_ts, r.company_no, r.which) as n,
from record as r inner join record_name as v using (record_no)
inner join record_address as a using (record_no)
where r.side = 'erp';

-- The evidence that each record carries. An account may be a clone of another company's, ERP id
-- included; the customer in the ERP names the right one.
create table account_row as
select
    a.*, t.domain, t.has_site, c.link_kind, c.story,
    case
        when c.link_kind = 'netsuite_id' and a.which = 1 then k.customer_id
        when c.link_kind in ('netsuite_id', 'crm_id', 'external_id') and a.which > 1
            and pick('dupid', a.record_no, 2) = 0 then k.customer_id
        when c.link_kind in ('domain', 'duns') and a.which > 1 and c.story is null
            and pick('dupid', a.record_no, 10) < 3 then k.customer_id
        when a.which = 1 and x.customer_id is not null then x.customer_id
    end as netsuite_id,
    x.customer_id is not null and a.which = 1 as is_clone,
    case when c.link_kind in ('tax', 'ambiguous') and (a.which = 1 or c.story is not null
            or pick('duptax', a.record_no, 10) < 6)
        or (c.link_kind in ('netsuite_id', 'crm_id', 'external_id')
            and pick('sftax', a.record_no, 10) < 6) then c.tax_id end as tax_id,
    case when c.story is null and a.which = 1
        and (c.link_kind = 'duns' or pick('sfduns', c.company_no, 6) = 0) then c.duns end as duns,
    case when t.has_site and (a.which = 1 or c.story is not null
            or pick('dupsite', a.record_no, 10) < 6) then t.domain end as site,
    -- a page on a site that everybody is on
    not t.has_site and a.which = 1 and pick('page', c.company_no, 14) = 0 as has_page,
    coalesce(c.gap_u < 0.04 and c.link_kind <> 'name' and a.which = 1
        or c.story in ('AX-19', 'AMBIGUOUS'), false) as is_gap,
    other_phone(a.phone_kind, c.phone, a.record_no) as phone,
from account_id as a
inner join company as c using (company_no)
inner join company_trait as t using (company_no)
left join customer_id as k on k.company_no = a.company_no and k.which = 1
left join (
    select c.company_no, c.story, lead(k.customer_id) over (order by c.company_no) as customer_id
    from company as c inner join customer_id as k on k.company_no = c.company_no and k.which = 1
    where c.link_kind = 'crm_id' and c.story is null
) as x on x.company_no = a.company_no and pick('clone', a.company_no, 80) = 0;

create table customer_row as
select
    k.*, t.domain, c.link_kind, c.story,
    case
        when k.which = 1 and t.erp_mail = 'own' then t.domain
        when k.which = 1 and t.erp_mail = 'shared'
            then choose('mailhub', c.company_no, ['ap-inbox.net', 'einvoice-hub.com'])
        when k.role = 'stranger' then t.domain
        when k.which = 2 and t.erp_mail = 'own' and c.link_kind not in ('domain', 'duns')
            and pick('dupmail', k.record_no, 10) < 7 then t.domain
    end as mail,
    case when k.which = 1 and (c.link_kind in ('domain', 'crm_id')
            or (c.link_kind in ('netsuite_id', 'erp_only') and pick('nsurl', c.company_no, 2) = 0))
        then t.domain end as site,
    c.link_kind in ('name', 'fuzzy') and pick('erppage', c.company_no, 40) = 0 as has_page,
    case when c.link_kind not in ('domain', 'name', 'ambiguous')
        and (k.which = 1 or (c.link_kind in ('netsuite_id', 'crm_id', 'external_id', 'erp_only')
            and pick('duptax', k.record_no, 2) = 0)) then c.tax_id end as tax_id,
    case when c.story is null and k.which = 1
        and (c.link_kind = 'duns' or pick('nsduns', c.company_no, 6) = 0) then c.duns end as duns,
    other_phone(k.phone_kind, c.phone, k.record_no) as phone,
from customer_id as k
inner join company as c using (company_no)
inner join company_trait as t using (company_no);

create table sf_user as
select
    range + 1 as owner_no, sf_id('005', range + 1) as user_id, 3100 + 11 * range as employee_id,
    concat(['Grace', 'Ethan', 'Priya', 'Marcus', 'Helena', 'Tomás', 'Ingrid', 'Kofi', 'Naomi',
        'Walter', 'Aiko', 'Rania', 'Pieter', 'Chloe', 'Andre', 'Sunita', 'Felix', 'Martha', 'Jonas',
        'Leila'][range % 20 + 1]) as first_name,
    ['Albright', 'Novak', 'Iyer', 'Boone', 'Lindqvist', 'Herrera', 'Dahl', 'Mensah', 'Feldman',
        'Rossi', 'Kimura', 'Haddad', 'de Wit', 'Martel', 'Coleman', 'Rao', 'Brandl', 'Okafor',
        'Weiss', 'Darwish'][(range * 7 + range // 20) % 20 + 1] as last_name,
from range(40);

-- every ERP document, in the order of its making
create table tx as
with document as (
    select 'SalesOrd' as type, order_no as key, at_day(order_date, 'sotime', order_no) as created_ts
    from sales_order
    union all select type, bill_no, at_day(bill_date, 'invtime', bill_no) from bill
    union all select 'ItemShip', b.bill_no, at_day(b.bill_date, 'shiptime', b.bill_no)
        from bill as b where b.posting and b.order_no is not null
            and exists (select 1 from bill_line as l
            where l.bill_no = b.bill_no and l.kind in ('equipment', 'part'))
    union all select 'CustCred', credit_no, at_day(credit_date, 'cmtime', credit_no) from credit
    union all select 'RtnAuth', credit_no, at_day((credit_date - 2)::date, 'ratime', credit_no)
    from credit where is_return
    union all select 'CustPymt', payment_no, at_day(pay_date, 'pytime', payment_no)
    from payment_document
    union all select 'CustDep', deposit_no, at_day(deposit_date, 'deptime', deposit_no)
    from deposit_document
    union all select 'DepAppl', bill_no, at_day(apply_date, 'datime', bill_no) from deposit
    union all select 'CustRfnd', refund_no, at_day(refund_date, 'rftime', refund_no) from refund
    union all select 'Journal', journal_no, at_day(journal_date, 'sjtime', journal_no)
    from settlement_journal
    union all select 'Journal', journal_no,
    least((period + interval 1 month)::timestamp - interval 4 hour,
        getvariable('watermark')::timestamp) from revenue_journal
    union all select 'Journal', journal_no, at_day(journal_date, 'mjtime', journal_no)
    from manual_journal
    union all select 'Journal', journal_no,
    least((period + interval 1 month)::timestamp - interval 3 hour,
        getvariable('watermark')::timestamp) from refund_journal
)
select
    type, key, created_ts, 88000 + 2 * row_number()
        over (order by created_ts, type, key) + (pick('txid', key, 2)) as id,
    row_number() over (partition by type order by created_ts, key) as n,
from document;
