-- The ERP's export: tables and columns of SuiteAnalytics (netsuite2), the vendor's signs.
create schema netsuite;

-- plants and warehouses beside the address that bills go to
create table further_site as
select
    k.n, k.customer_id, k.name, c.country, k.created_ts,
    choose('sitelabel', k.record_no, ['Warehouse', 'Plant 2', 'Laboratory', 'Depot']) as label,
    case when c.country in ('US', 'CA', 'GB', 'FR')
        then concat(1 + pick('siteno', k.record_no, 90), ' ',
            choose('sitestreet', k.record_no, w.streets))
        else concat(choose('sitestreet', k.record_no, w.streets), ' ',
            1 + pick('siteno', k.record_no, 90)) end as street,
    place[1] as city, nullif(place[2], '') as state,
    rpad(concat(place[3], lpad(pick('sitezip', k.record_no, 1000)::varchar, 3, '0')),
        greatest(w.postal_digits, len(place[3]))::integer, '0') as postal_code,
from customer_id as k inner join company as c using (company_no)
inner join country_words as w using (country),
lateral (select choose('sitecity', k.record_no, w.cities) as place) as x
where c.story is null and k.which = 1 and pick('site', k.record_no, 12) = 0;

create view netsuite.customer as
select
    k.customer_id as id, concat('CUST', lpad((10000 + k.n)::varchar, 6, '0')) as entityid,
    case when c.link_kind = 'external_id' and k.which = 1 then a.account_id end as externalid,
    k.name as companyname, companyname as altname, 'F' as isperson, null as firstname,
    null as lastname,
    concat(choose('apbox', k.record_no, ['ap', 'accounts', 'invoices', 'finance']),
        '@', coalesce(k.mail, 'gmail.com')) as email,
    k.phone,
    case when k.has_page and k.which = 1
        then concat('https://facebook.com/', split_part(k.domain, '.', 1))
        when k.site is not null then concat('http://www.', k.site) end as url,
    c.industry as category, 'CUSTOMER-Closed Won' as entitystatus,
    tf(c.erp_inactive or k.is_retired) as isinactive,
    case when k.role = 'branch' then k1.customer_id else pk.customer_id end as parent,
    cu.currency_no as currency, case when c.terms_days is not null
        then concat('Net ', c.terms_days) end as terms, u.employee_id as salesrep,
    tf(not c.tax_exempt) as taxable,
    case when c.country not in ('US', 'CA') then k.tax_id end as vatregnumber,
    case when c.country in ('US', 'CA')
        then case when pick('nstaxfmt', c.company_no, 3) = 0 then replace(k.tax_id, '-', ' ')
        else k.tax_id end end as custentity_tax_id,
    case when c.link_kind = 'crm_id' and k.which = 1
        then case when pick('crmid15', c.company_no, 3) = 0
        then left(a.account_id, 15) else a.account_id end end as custentity_crm_account_id,
    k.duns as custentity_duns, tf(c.gap_u > 0.05) as custentity_credit_approved,
    (1 + pick('climit', c.company_no, 40)) * 25000 as creditlimit,
    case when c.credit_hold then 'ON' else 'AUTO' end as oncredithold,
        700000 + k.n * 2 as defaultbillingaddress, 700001 + k.n * 2 as defaultshippingaddress,
    ns_time(k.created_ts) as datecreated,
    ns_time(greatest(case when c.erp_inactive then timestamp '2026-05-20 11:02:45'
        else touched('custtouch', c.company_no, k.created_ts) end, k.created_ts))
        as lastmodifieddate,
    f.first_order as firstorderdate,
from customer_row as k
inner join company as c using (company_no)
inner join entity as e using (entity_no)
inner join main.currency as cu on cu.currency = e.base_currency
left join account_id as a on a.company_no = c.company_no and a.which = 1
inner join sf_user as u on u.owner_no = coalesce(a.owner_no, 1 + pick('erprep', c.company_no, 40))
left join customer_id as k1 on k1.company_no = k.company_no and k1.which = 1
left join company_parent as p on p.company_no = k.company_no and k.which = 1
left join customer_id as pk on pk.company_no = p.erp_parent_no and pk.which = 1
left join (
    select h.customer_id, min(h.tran_date) as first_order
    from tx_header as h inner join sales_order as o on h.type = 'SalesOrd' and h.key = o.order_no
    where o.fate <> 'cancelled_before_release' group by h.customer_id
) as f on f.customer_id = k.customer_id;

create view netsuite.entity_address as
with place as (
    select
        700000 + k.n * 2 + r.i as nkey, k.name, c.country, k.created_ts,
        case r.i when 0 then k.street when 1 then s.street end as street,
        case r.i when 0 then k.city when 1 then s.city end as city,
        case r.i when 0 then k.state when 1 then s.state end as state,
        case r.i when 0 then k.postal_code when 1 then s.postal_code end as zip,
    from (
        -- a branch ships to itself, and so does who has nothing but a post box
        select k.*, k.which = 2 or k.likeness = 0 as ships_home from customer_id as k
    ) as k
    inner join company as c using (company_no)
    inner join lateral (
        select
            case when k.ships_home then k.street else x.street end as street,
            case when k.ships_home then k.city else x.city end as city,
            case when k.ships_home then k.state else x.state end as state,
            case when k.ships_home then k.postal_code else x.postal_code end as postal_code,
        from company_shipping as x where x.company_no = k.company_no
    ) as s on true, range(2) as r (i)
    union all
    select 5000000 + n, name, country, created_ts, street, city, state, postal_code
    from further_site
)
select
    nkey, street as addr1, null as addr2, null as addr3, name as addressee, null as attention, city,
    state, zip, country,
    concat_ws(', ', name, street, concat_ws(' ', zip, city), country) as addrtext,
    ns_time(created_ts) as lastmodifieddate,
from place;

create view netsuite.customer_addressbook as
select
    2000000 + k.n * 3 + r.i as internalid, k.customer_id as entity,
    700000 + k.n * 2 + r.i as addressbookaddress,
    case r.i when 0 then 'Billing' else 'Shipping' end as label,
    tf(r.i = 0) as defaultbilling, tf(r.i = 1) as defaultshipping,
from customer_id as k, range(2) as r (i)
union all
select 2000002 + n * 3, customer_id, 5000000 + n, label, 'F', 'F' from further_site;

-- The people of a customer: the one whom sales knows, at times without the CRM's id, and the one
-- who pays.
create view netsuite.contact as
select
    400000 + k.n * 2 + r.i as id, null as externalid,
    case when r.i = 0 and pick('contactid', k.record_no, 2) = 0
        then sf_id('003', k.company_no * 3) end as custentity_sf_contact_id,
    k.customer_id as company,
    case r.i when 0 then c.first_name else choose('pf', k.record_no, w.first_names) end
        as firstname,
    case r.i when 0 then c.last_name else choose('pl', k.record_no, w.last_names) end as lastname,
    concat(firstname, ' ', lastname) as entityid,
    case r.i when 0 then null else 'Accounts Payable' end as title,
    lower(concat(strip_accents(replace(firstname, ' ', '')), '.',
        strip_accents(replace(replace(lastname, ' ', ''), '''', '')), '@',
        coalesce(t.domain, 'gmail.com'))) as email,
    k.phone, 'F' as isinactive, ns_time(k.created_ts + interval 1 hour) as datecreated,
    ns_time(k.created_ts + interval 1 hour) as lastmodifieddate,
from customer_row as k inner join company as c using (company_no)
inner join company_trait as t using (company_no)
inner join country_words as w on w.country = c.country, range(2) as r (i)
where k.which = 1 and (r.i = 1 or (not c.erp_only and pick('sharedperson', k.record_no, 10) < 7));

create view netsuite.customer_subsidiary_relationship as
select 50000 + k.n as id, k.customer_id as entity, c.entity_no as subsidiary, 'T' as isprimarysub
from customer_id as k inner join company as c using (company_no)
union all
-- every other entity that has sold to it, and some that may
select 9000000 + row_number() over (order by h.customer_id, h.entity_no), h.customer_id,
    h.entity_no, 'F'
from (
    select h.customer_id, h.entity_no from tx_header as h where h.type = 'SalesOrd'
    union
    select k.customer_id, 2 + pick('othersub', k.company_no, 4) from customer_id as k
    inner join company as c using (company_no)
    where c.story is null and k.which = 1 and pick('multientity', k.company_no, 25) = 0
) as h
inner join customer_id as k using (customer_id)
inner join company as c using (company_no)
where h.entity_no <> c.entity_no;

create view netsuite.subsidiary as
select e.entity_no as id, e.entity as name, concat('Northfield Group : ', e.entity) as fullname,
    e.legal_name as legalname, c.currency_no as currency, e.country, null as parent,
    'F' as iselimination, 'F' as isinactive,
    1 as fiscalcalendar, e.tax_number as federalidnumber, '2024-01-02 09:00:00' as lastmodifieddate
from entity as e inner join main.currency as c on c.currency = e.base_currency;

create table order_reference as
select
    o.order_no, r.opportunity_id, r.opportunity_number, r.quote_number, r.po_number, r.ref_kind,
    case when r.has_contract then lpad((1000 + r.n)::varchar, 8, '0') end as contract_number,
    n.name,
from sales_order as o inner join opportunity_id as r using (deal_no)
inner join deal_label as n using (deal_no);

create table netsuite.transaction as
with header as (
    select h.*, t.id, t.n, t.created_ts, r.rate, r.minor_unit, e.entity
    from tx_header as h
    inner join tx as t using (type, key)
    inner join entity as e using (entity_no)
    inner join rate as r on r.currency = h.currency and r.base_currency = e.base_currency
        and r.period = month_of(h.tran_date)
),
main as (select type, key, amount from tx_line where role = 'main'),
credited
    as (select bill_no, sum(amount + tax)::bigint as amount from applied_credit group by bill_no),
settled as (
    select b.bill_no, d.net + d.tax - coalesce(c.amount, 0) - coalesce(p.amount, 0) as open_amount,
        greatest(coalesce(p.last_date, b.bill_date), b.bill_date) as last_date
    from bill as b inner join document_total as d using (bill_no)
    left join credited as c using (bill_no) left join settled_amount as p using (bill_no)
)
select
    h.id,
    concat(case h.type when 'SalesOrd' then 'SO' when 'CustInvc' then 'INV'
        when 'CustCred' then 'CM' when 'CustDep' then 'DEP' when 'DepAppl' then 'DEPAPPL'
        when 'CustRfnd' then 'RFND' when 'CustPymt' then 'PYMT' when 'CashSale' then 'CS'
        when 'RtnAuth' then 'RMA' when 'ItemShip' then 'IF' else 'JE' end,
        100000 + h.n) as tranid,
    concat(h.type, h.n) as transactionnumber,
    h.type, h.tran_date as trandate,
    case h.type
        when 'SalesOrd' then case
            when o.fate in ('cancelled', 'cancelled_before_release') then 'C'
                when o.fate = 'short_closed' and not ot.fully_billed and ot.any_billed then 'H'
            when ot.fully_billed then 'G' when ot.any_billed then 'E'
            when o.deal_no is not null and o.order_date >= date '2026-06-26' then 'A' else 'B' end
        when 'CustInvc' then case when b.voided then 'V' when s.open_amount <= 0 then 'B'
            else 'A' end
        when 'CustCred' then case when cr.posting then 'B' else 'A' end
        when 'RtnAuth' then case when cr.posting then 'G' else 'B' end
        when 'CustPymt' then 'C' when 'ItemShip' then 'C' when 'Journal' then 'B'
            else 'C' end as status,
    h.customer_id as entity, c.currency_no as currency, h.rate as exchangerate,
    p.period_id as postingperiod, tf(h.posting) as posting,
    case h.type
        when 'SalesOrd'
        then coalesce(left(concat(op.core, ' - ', op.product_name, ' ', year(op.close_date)), 40),
            case when o.story is not null then 'Repeat order' end)
        when 'Journal'
            then coalesce(mj.memo, sj.memo, case when rj.journal_no is not null
                then concat('Refund liability ', strftime(h.period, '%b %Y')) end,
            concat('Revenue recognition ', strftime(h.period, '%b %Y')))
        when 'CustCred' then case when cr.reason = 'credit and reissue' then 'Credit for reissue'
            when cr.is_return then 'Return' else 'Price adjustment' end end as memo,
    case when h.type = 'SalesOrd' then case
        when ref.po_number is not null and (ref.ref_kind = 'po' or pick('nspo', h.key, 10) < 6)
            then case pick('nspofmt', h.key, 5) when 0 then concat('PO#', ref.po_number)
            when 1 then concat(ref.po_number, ' ') when 2 then concat('P.O. ', ref.po_number)
                else ref.po_number end
        when o.channel = 'EDI'
            then concat('71', lpad(pick('edipo', h.key, 100000000)::varchar, 8, '0')) end end
            as otherrefnum,
    case when h.type = 'SalesOrd' and o.channel = 'WEB'
        then concat('web-', lower(hex(draw('webref', h.key)))) end as externalid,
    ns_time(h.created_ts) as createddate,
    ns_time(least(case h.type when 'CustInvc' then s.last_date::timestamp + interval 20 hour
        when 'SalesOrd' then greatest(coalesce(oc.changed_ts, h.created_ts + interval 1 hour),
            case when not oa.is_waiting then oa.approved_ts end)
        else h.created_ts + interval 10 minute end, getvariable('watermark')::timestamp))
            as lastmodifieddate,
    case when h.type = 'CustInvc' and s.open_amount <= 0 and not b.voided
        then s.last_date end as closedate,
    case when h.type = 'CustInvc'
        then (h.tran_date + coalesce(co.terms_days, 30)::integer)::date end as duedate,
    case when h.type in ('SalesOrd', 'CustInvc')
        then concat('Net ', coalesce(co.terms_days, 30)) end as terms,
    case when mj.journal_no is not null then 3100 + 11 * pick('mjby', h.key, 40) end as employee,
    tf(coalesce(b.voided, false) or coalesce(py.voided, false)
        or coalesce(o.fate = 'cancelled_before_release', false)) as voided,
    tf(mj.reverses is not null) as isreversal, rv.id as reversal,
    money(abs(coalesce(m.amount, 0)), h.minor_unit) as foreigntotal,
    case when h.type = 'SalesOrd' then case o.channel when 'EDI' then 'EDI'
        when 'PHONE' then 'Phone' when 'WEB' then 'Web Store' when 'REPEAT' then 'Reorder'
        when 'SERVICE' then 'Service Desk' when 'IC' then 'User Interface'
        when 'UNKNOWN' then case when pick('unk', h.key, 2) = 0 then 'CSV Import' end
            else 'User Interface' end end as source,
    -- what people and integrations leave in that field
    case ref.ref_kind when 'id18' then ref.opportunity_id
        when 'id18 lower' then lower(ref.opportunity_id)
        when 'id18 upper' then upper(ref.opportunity_id)
        when 'id18 in text' then concat('SF ', ref.opportunity_id,
            coalesce(' / PO ' || ref.po_number, ''))
        when 'id15' then left(ref.opportunity_id, 15)
        when 'id15 in text' then concat('Opp ', left(ref.opportunity_id, 15), ', per phone')
        when 'number' then ref.opportunity_number
        when 'number lower' then lower(ref.opportunity_number)
        when 'number in text' then concat('see ', ref.opportunity_number)
        when 'name' then case pick('nameform', h.key, 3) when 0 then upper(ref.name)
            when 1 then replace(ref.name, ' - ', '-') else ref.name end
        when 'url'
            then concat('https://northfield.lightning.force.com/lightning/r/Opportunity/',
            ref.opportunity_id, '/view')
        when 'classic url' then concat('https://northfield.my.salesforce.com/', ref.opportunity_id,
            '?srPos=0&srKp=006')
        when 'classic url 15' then concat('https://northfield.my.salesforce.com/',
            left(ref.opportunity_id, 15))
        else case when h.type = 'SalesOrd' and o.story is null and o.deal_no is null
            and o.scenario = 'channel' and pick('noref', h.key, 40) = 0
            then choose('noreftext', h.key, ['n/a', 'N/A', 'verbal', 'TBD', '-']) end
        end as custbody_sf_opportunity_id,
    case when ref.ref_kind = 'quote' then case when pick('quoteform', h.key, 5) = 0
        then concat('Quote ', ref.quote_number) else ref.quote_number end
        end as custbody_sf_quote_number,
    case when ref.ref_kind = 'contract' then case when pick('contractform', h.key, 5) = 0
        then concat('Contract ', ref.contract_number) else ref.contract_number end
        end as custbody_sf_contract_number,
    case when o.channel = 'UNKNOWN'
        or (o.story is null and o.channel in ('EDI', 'PHONE', 'WEB', 'REPEAT', 'SERVICE')
        and pick('nochan', h.key, 12) = 0) then null else o.channel end as custbody_channel,
    case when o.fate = 'hold' then hold_reason(h.key, o.story) end
        as custbody_hold_reason,
    tf(coalesce(o.channel = 'IC', false)) as custbody_ic,
    null as startdate, null as enddate,
from header as h
inner join main.currency as c using (currency)
inner join period as p on p.period = h.period
left join company as co on co.company_no = h.company_no
left join main as m on m.type = h.type and m.key = h.key
left join sales_order as o on h.type = 'SalesOrd' and o.order_no = h.key
left join order_total as ot on ot.order_no = o.order_no
left join opportunity_row as op on op.deal_no = o.deal_no
left join order_reference as ref on ref.order_no = o.order_no
left join order_change as oc on oc.order_no = o.order_no
left join order_approval as oa on oa.order_no = o.order_no
left join bill as b on h.type in ('CustInvc', 'CashSale') and b.bill_no = h.key
left join settled as s on s.bill_no = b.bill_no
left join credit as cr on h.type in ('CustCred', 'RtnAuth') and cr.credit_no = h.key
left join manual_journal as mj on h.type = 'Journal' and mj.journal_no = h.key
left join settlement_journal as sj on h.type = 'Journal' and sj.journal_no = h.key
left join refund_journal as rj on h.type = 'Journal' and rj.journal_no = h.key
left join payment_document as py on h.type = 'CustPymt' and py.payment_no = h.key
left join tx as rv on rv.type = 'Journal' and rv.key = mj.reverses;

-- other documents of a real ERP, which this product leaves alone
insert into netsuite.transaction by name
select 50000 + i as id, concat('BILL', 5000 + i) as tranid,
    concat('VendBill', i) as transactionnumber, 'VendBill' as type,
    (date '2024-07-03' + (i * 9)::integer)::date as trandate, 'A' as status,
    1 as currency, 1.0 as exchangerate, p.period_id as postingperiod, 'T' as posting,
    ns_time(date '2024-07-03' + (i * 9)::integer) as createddate,
    ns_time(date '2024-07-03' + (i * 9)::integer) as lastmodifieddate, 'F' as voided,
    'F' as isreversal, '100.00' as foreigntotal, 'F' as custbody_ic
from range(40) as r (i) inner join period as p
    on p.period = month_of(date '2024-07-03' + (i * 9)::integer);

create table billed as
select order_no, order_line_no, sum(quantity)::bigint as quantity, max(bill_date) as last_date
from bill_line where posting and order_no is not null group by all;

create view netsuite.transaction_line as
select
    l.transaction_id as transaction, l.line_id as id,
    l.transaction_id * 1000 + l.line_id as uniquekey, l.line_id as linesequencenumber,
    tf(l.role = 'main') as mainline, tf(l.role = 'tax') as taxline, l.item_id as item,
    case when l.role = 'tax' then 'TaxItem' when l.kind in ('equipment', 'part') then 'InvtPart'
        when l.kind in ('service', 'subscription', 'rental') then 'Service' when l.kind is not null
        then 'OthCharge' end as itemtype,
    case when l.role = 'item' then l.quantity end as quantity, case when l.unit_price is not null
        then money(l.unit_price, l.minor_unit) end as rate,
    money(l.amount, l.minor_unit) as foreignamount,
    money(l.base_amount, l.base_minor_unit) as netamount, l.entity_no as subsidiary,
    case l.kind when 'equipment' then 10 when 'part' then 11 when 'service' then 12
        when 'subscription' then 13 end as department,
        null as class, case when l.kind in ('equipment', 'part')
            then 1 + l.entity_no end as location,
    case when l.type in ('CustInvc', 'ItemShip') then so.id when l.type = 'CustCred'
        then coalesce(ra.id, inv.id) when l.type = 'RtnAuth' then inv.id end as createdfrom,
    tf(l.type = 'SalesOrd' and l.role = 'item'
        and (ol.fate in ('cancelled', 'cancelled_before_release')
        or (ol.fate = 'short_closed' and coalesce(bd.quantity, 0) < ol.quantity
            and coalesce(ot.any_billed, false))
        or coalesce(bd.quantity, 0) >= ol.quantity)) as isclosed,
    case when l.type = 'SalesOrd' and l.role = 'item'
        then coalesce(bd.quantity, 0) end as quantitybilled,
    case when l.type = 'SalesOrd' and l.role = 'item'
        then coalesce(bd.quantity, 0) end as quantityshiprecv,
    case when l.type = 'SalesOrd' and l.role = 'item'
        then coalesce(op.short_quantity, 0) end as quantitybackordered,
    mj.memo,
    case when l.type = 'SalesOrd' and l.role = 'item' then case when bd.quantity is null
        and pick('later', ol.order_no, 4) = 0 then date '2026-08-14'
        else weekday_after((ol.order_date + 10)::date) end end as expectedshipdate,
    case when l.type = 'SalesOrd' and l.role = 'item' then bd.last_date end as actualshipdate,
    case when l.element_no is not null
        then 60000 + l.element_no % 900000000 * 2 + l.element_no // 900000000
        when l.type = 'SalesOrd' then se.revenue_element end as revenueelement,
    l.customer_id as entity, null as price,
    case l.role when 'main' then null when 'tax' then 'TAX' end as transactionlinetype,
    ns_time(least(coalesce(oc.changed_ts, l.created_ts + interval 10 minute),
        getvariable('watermark')::timestamp)) as linelastmodifieddate,
    case when l.list_price is not null then money(l.list_price, l.minor_unit) end
        as custcol_list_rate,
    case when l.type = 'SalesOrd' and not li.is_hidden
        and (ref.ref_kind = 'line' or (pick('sfline', ol.order_no, 2) = 0
            and ref.ref_kind in ('id18', 'id15', 'url', 'number', 'quote', 'po')))
        then li.opportunity_line_id end as custcol_sf_line_id,
    ol.term_months as custcol_term_months, null as custcol_bundle_parent,
from tx_line as l
left join order_line as ol on l.type = 'SalesOrd' and l.role = 'item' and ol.order_no = l.key
    and ol.line_no = l.line_id
left join order_total as ot on l.type = 'SalesOrd' and ot.order_no = l.key
left join order_change as oc on oc.order_no = ol.order_no and oc.line_no = ol.line_no
left join open_order_line as op on op.order_no = ol.order_no and op.line_no = ol.line_no
left join billed as bd on bd.order_no = ol.order_no and bd.order_line_no = ol.line_no
left join opportunity_line_id as li on li.deal_no = ol.deal_no and li.line_no = ol.deal_line_no
left join order_reference as ref on ref.order_no = ol.order_no
left join (select order_no, order_line_no,
    min(60000 + element_no % 900000000 * 2 + element_no // 900000000) as revenue_element
    from element where order_no is not null group by all) as se on se.order_no = ol.order_no
        and se.order_line_no = ol.line_no
left join bill as b on l.type in ('CustInvc', 'ItemShip') and b.bill_no = l.key
left join tx as so on so.type = 'SalesOrd' and so.key = b.order_no
left join credit as cr on l.type in ('CustCred', 'RtnAuth') and cr.credit_no = l.key
left join tx as inv on inv.type = 'CustInvc' and inv.key = cr.bill_no
left join tx as ra on ra.type = 'RtnAuth' and ra.key = cr.credit_no
left join manual_journal as mj on l.type = 'Journal' and mj.journal_no = l.key
union all
select 50000 + i, s.line, (50000 + i) * 1000 + s.line, s.line, tf(s.line = 0), 'F', null, null,
    null, null, case s.line when 0 then '-100.00' else '100.00' end, case s.line
    when 0 then '-100.00' else '100.00' end, 2,
    null, null, null, null, 'F', null, null, null, null, null, null, null, null, null, null,
    '2025-07-01 10:00:00', null, null, null, null
from range(40) as r (i), range(2) as s (line);

-- Who changed what on a sales order: quantity or price and the amount that follows, a line added,
-- the order approved.
create view netsuite.system_note as
with note as (
    select order_no, line_no, kind, changed_ts, 1 as part,
        case kind when 'price' then 'TRANLINE.RUNITPRICE' else 'TRANLINE.RQTY' end as field
    from order_change
    union all
    select order_no, line_no, kind, changed_ts, 2, 'TRANLINE.MAMOUNT' from order_change
    union all
    select order_no, null, 'approved', least(approved_ts, getvariable('watermark')::timestamp), 1,
        'TRANDOC.KSTATUS'
    from order_approval where not is_waiting
)
select
    810000 + 2 * row_number() over (order by n.changed_ts, n.order_no, n.part) as id,
    -30 as recordtypeid, t.id as recordid, n.line_no as lineid, n.field,
    case when n.kind = 'added' then null when n.kind = 'approved' then 'Pending Approval'
        when n.field = 'TRANLINE.RQTY' then h.was_quantity::varchar
        when n.field = 'TRANLINE.RUNITPRICE' then money(h.was_price, c.minor_unit)
        else money(h.was_quantity * h.was_price, c.minor_unit) end as oldvalue,
    case n.field when 'TRANDOC.KSTATUS' then 'Pending Fulfillment'
        when 'TRANLINE.RQTY' then l.quantity::varchar
        when 'TRANLINE.RUNITPRICE' then money(l.unit_price, c.minor_unit)
        else money(l.amount, c.minor_unit) end as newvalue,
    ns_time(n.changed_ts) as date, 3100 + 11 * pick('noteby', n.order_no, 40) as name, 4 as type,
from note as n
inner join tx as t on t.type = 'SalesOrd' and t.key = n.order_no
left join order_change as h on h.order_no = n.order_no and h.line_no = n.line_no
left join order_line as l on l.order_no = n.order_no and l.line_no = n.line_no
left join main.currency as c on c.currency = l.currency;

create view netsuite.transaction_accounting_line as
select
    l.transaction_id as transaction, l.line_id as transactionline, 1 as accountingbook,
    a.account_id as account, money(l.base_amount, l.base_minor_unit) as amount,
    case when l.base_amount >= 0 then money(l.base_amount, l.base_minor_unit) end as debit,
        case when l.base_amount < 0 then money(-l.base_amount, l.base_minor_unit) end as credit,
    money(l.base_amount, l.base_minor_unit) as netamount, l.rate as exchangerate,
    tf(l.posting) as posting,
    case when l.type = 'CustInvc' and l.role = 'main'
        then money(l.base_amount - open_base, l.base_minor_unit) end as amountpaid,
    case when l.type = 'CustInvc' and l.role = 'main'
        then money(open_base, l.base_minor_unit) end as amountunpaid,
    null as amountlinked,
    ns_time(least(l.created_ts + interval 10 minute, getvariable('watermark')::timestamp))
        as lastmodifieddate,
from (
    select t.*,
        round(greatest(t.amount - coalesce(p.amount, 0) - coalesce(c.amount, 0), 0)::decimal(14,
        0) * t.minor_rate, 0)::bigint as open_base
    from tx_line as t
    left join settled_amount as p on t.type = 'CustInvc' and t.role = 'main' and p.bill_no = t.key
    left join (select bill_no, sum(amount + tax)::bigint as amount from applied_credit
    group by bill_no) as c on t.type = 'CustInvc' and t.role = 'main' and c.bill_no = t.key
) as l
inner join gl_account as a on a.account_number = l.account
union all
select 50000 + i, s.line, 1, case s.line when 0 then 201 else 388 end, case s.line
    when 0 then '-100.00' else '100.00' end, case s.line when 1 then '100.00' end, case s.line
    when 0 then '100.00' end,
    case s.line when 0 then '-100.00' else '100.00' end, 1.0, 'T', null, null, null,
        '2025-07-01 10:00:00'
from range(40) as r (i), range(2) as s (line);

create view netsuite.next_transaction_line_link as
with link as (
    select 'SalesOrd' as pt, l.order_no as pk, l.order_line_no as pl, 'CustInvc' as nt,
        l.bill_no as nk, l.line_no as nl, 'OrdBill' as linktype, l.amount, l.currency,
        false as discount
    from bill_line as l where l.order_no is not null
    union all
    select 'SalesOrd', l.order_no, l.order_line_no, 'ItemShip', l.bill_no, l.line_no, 'ShipRcpt', 0,
        l.currency, false
    from bill_line as l inner join tx as t on t.type = 'ItemShip' and t.key = l.bill_no
    where l.kind in ('equipment', 'part')
    union all
    select 'CustInvc', bill_no, 0, 'CustPymt', payment_no, 1, 'Payment', amount, currency, false
    from payment_document where bill_no is not null
    union all
    select 'CustInvc', bill_no, 0, 'CustPymt', payment_no, 3, 'Payment', discount, currency, true
    from payment where discount <> 0
    union all
    select 'CustDep', bill_no, 0, 'DepAppl', bill_no, 0, 'DepAppl', amount, currency, false
    from deposit
    union all
    select 'CustInvc', bill_no, 0, 'DepAppl', bill_no, 1, 'Payment', amount, currency, false
    from deposit
    union all
    select 'CustInvc', bill_no, 0, 'Journal', journal_no, 1, 'Payment', amount, currency, false
    from settlement_journal
    union all
    select 'CustRfnd', refund_no, 1, settled_by, refund_no,
        case settled_by when 'CustCred' then 0 else 1 end, 'Payment', amount, currency, false
    from refund
    union all
    select 'CustInvc', bill_no, 0, 'CustCred', credit_no, 0, 'CrdAppl', amount + tax, currency,
        false
    from applied_credit where is_return
    union all
    select 'CustInvc', bill_no, line_no, 'CustCred', credit_no, 1, 'CrdAppl', amount + tax,
        currency, false
    from credit_total where not is_return
    union all
    select 'CustInvc', bill_no, line_no, 'RtnAuth', credit_no, 1, 'SaleRet', amount, currency, false
    from credit where is_return
    union all
    select 'RtnAuth', credit_no, 1, 'CustCred', credit_no, 1, 'RtnCred', amount, currency, false
    from credit where is_return
)
select
    p.id as previousdoc, l.pl as previousline, n.id as nextdoc, l.nl as nextline, l.linktype,
    l.pt as previoustype, l.nt as nexttype,
    money(l.amount, c.minor_unit) as foreignamount, tf(l.discount) as discount,
    ns_time(least(n.created_ts + interval 10 minute, getvariable('watermark')::timestamp))
        as lastmodifieddate,
from link as l
inner join tx as p on p.type = l.pt and p.key = l.pk
inner join tx as n on n.type = l.nt and n.key = l.nk
inner join main.currency as c using (currency);

create view netsuite.item as
select
    i.item_id as id, i.sku as itemid, i.sku as fullname, i.product_name as displayname,
    case i.kind when 'equipment' then 'InvtPart' when 'part' then 'InvtPart' when 'kit' then 'Kit'
        when 'deposit' then 'OthCharge' else 'Service' end as itemtype,
    i.product_name as description, 'F' as isinactive,
    a.account_id as incomeaccount, case when i.kind = 'subscription'
        then 216 end as deferredrevenueaccount, null as externalid, null as parent, null as class,
        null as subsidiary,
    null as custitem_sf_product_id, '2025-02-01 08:00:00' as lastmodifieddate
from main.item as i inner join gl_account as a on a.account_number = i.income_account;

create view netsuite.item_member as
select k.item_id as parentitem, i.item_id as item, 1 as quantity, m.line as linenumber,
    m.share as custrecord_share
from (values ('ENT-SUB-12M', 1, 0.8), ('SUP-PREM-12M', 2, 0.2)) as m (sku, line, share)
inner join main.item as i using (sku), main.item as k
where k.sku = 'ENT-BUNDLE-12M';

create view netsuite.account as
select account_id as id, account_number as acctnumber,
    concat(account_number, ' ', account_name) as fullname, account_type as accttype,
    null as description, account_name as displaynamewithhierarchy, 'F' as isinactive,
    'F' as eliminate,
    null as currency, null as subsidiary, '2024-01-02 09:00:00' as lastmodifieddate
from gl_account;

create view netsuite.accounting_period as
select period_id as id, strftime(period, '%b %Y') as periodname, period as startdate,
    end_date as enddate, 'T' as isposting, 'F' as isquarter, 'F' as isyear, 'F' as isadjust,
    tf(is_closed) as closed, tf(is_closed) as alllocked, tf(is_closed) as arlocked,
    case when is_closed then (end_date + 9)::date end as closedondate,
        5000 + year(period) * 10 + quarter(period) as parent, case when is_closed
        then ns_time(end_date + 9) else '2024-01-02 09:00:00' end as lastmodifieddate
from period
union all
select 5000 + year(period) * 10 + quarter(period), concat('Q', quarter(period), ' ', year(period)),
    min(period), max(end_date), 'F', 'T', 'F', 'F', tf(bool_and(is_closed)),
    tf(bool_and(is_closed)), tf(bool_and(is_closed)), null, 4000 + year(period),
    '2024-01-02 09:00:00'
from period group by year(period), quarter(period)
union all
select 4000 + year(period), concat('FY ', year(period)), min(period), max(end_date), 'F', 'F', 'T',
    'F', 'F', 'F', 'F', null, null, '2024-01-02 09:00:00' from period group by year(period);

create view netsuite.currency as
select currency_no as id, currency_name as name, currency as symbol,
    minor_unit as currencyprecision, usd_value::decimal(18, 6) as exchangerate,
    tf(currency = 'USD') as isbasecurrency, 'F' as isinactive,
    '2026-06-01 06:00:00' as lastmodifieddate
from main.currency;

create view netsuite.currency_rate as
select row_number() over (order by r.base_currency, r.currency, r.period) as id,
    b.currency_no as basecurrency, c.currency_no as transactioncurrency, r.rate as exchangerate,
    r.period as effectivedate, ns_time(r.period + interval 6 hour) as lastmodifieddate
from rate as r inner join main.currency as b on b.currency = r.base_currency
inner join main.currency as c on c.currency = r.currency
where r.period between date '2024-01-01' and date '2026-06-01' and r.currency <> r.base_currency;

create view netsuite.consolidated_exchange_rate as
select row_number() over (order by e.entity_no, r.period) as id, e.entity_no as fromsubsidiary,
    2 as tosubsidiary, c.currency_no as fromcurrency, 1 as tocurrency, p.period_id as postingperiod,
    r.rate as averagerate, r.rate as currentrate, r.rate as historicalrate, 1 as accountingbook
from entity as e inner join rate as r on r.currency = e.base_currency and r.base_currency = 'USD'
inner join main.currency as c on c.currency = e.base_currency inner join period as p using (period)
where r.period between date '2024-07-01' and date '2026-06-01';

create view netsuite.employee as
select employee_id as id, concat(first_name, ' ', last_name) as entityid, first_name as firstname,
    last_name as lastname, 10 as department, 2 + owner_no % 4 as subsidiary,
    lower(concat(left(first_name, 1), '.', replace(last_name, ' ', ''), owner_no,
        '@northfield-industrial.com')) as email, null as supervisor, 'F' as isinactive,
        1 as currency
from sf_user;

create view netsuite.revenue_element as
select
    60000 + e.element_no % 900000000 * 2 + e.element_no // 900000000 as id,
    concat('RE', 60000 + e.element_no % 900000000) as recordnumber,
    so.id as sourcetransaction, e.order_line_no as sourcetransactionline, e.item_id as item,
    k.customer_id as entity, e.entity_no as subsidiary, c.currency_no as currency, e.quantity,
    money(e.amount, c.minor_unit) as discountedsalesamount,
    money(e.planned_amount, c.minor_unit) as allocationamount, 216 as deferralaccount,
    a.account_id as recognitionaccount, e.rule as revenuerecognitionrule,
    e.start_date as revrecstartdate,
    (e.start_date + to_months(e.term_months::integer) - interval 1 day)::date as revrecenddate,
    'T' as isdeliverable, x.contract_no as revenuearrangement,
    ns_time(least(e.start_date + interval 9 hour, timestamp '2026-06-30 20:00:00'))
        as lastmodifieddate,
from obligation as e inner join main.currency as c using (currency)
inner join gl_account as a on a.account_number = e.income_account
inner join tx as so on so.type = 'SalesOrd' and so.key = e.order_no
inner join customer_id as k on k.company_no = e.company_no and k.which = 1
left join modification as x using (element_no);

create view netsuite.fair_value_price as
select
    700 + s.price_no as id, s.item_id as item, null as itemrevenuecategory,
    c.currency_no as currency, money(s.price, c.minor_unit) as fairvalue,
    null as fairvaluerangepolicy, null as lowvalue, null as highvalue, s.valid_from as startdate,
    s.valid_to as enddate, 'F' as isvsoeprice, '2025-06-12 10:00:00' as lastmodifieddate,
from stand_alone_price as s inner join main.currency as c using (currency);

create view netsuite.revenue_plan as
select
    e.obligation_id + 100000 as id, e.obligation_id as createdfrom,
    concat('RP', 160000 + e.element_no % 900000000) as recordnumber, 'ACTUAL' as revenueplantype,
    money(p.amount, c.minor_unit) as amount,
    case when p.last_period < date '2026-07-01' then 'COMPLETED' else 'INPROGRESS' end as status,
    p.since as revrecstartdate,
    (p.since + to_months(e.term_months::integer) - interval 1 day)::date as revrecenddate,
    e.item_id as item,
    ns_time(least(e.start_date + interval 9 hour, timestamp '2026-06-30 20:00:00'))
        as lastmodifieddate
from obligation as e inner join main.currency as c using (currency)
inner join (select element_no, any_value(since) as since, max(period) as last_period,
    sum(amount)::bigint as amount from plan_line group by element_no) as p using (element_no);

create view netsuite.revenue_plan_planned_revenue as
select
    160000 + p.element_no % 900000000 * 2 + p.element_no // 900000000 as revenueplan,
    p.line_no as linenumber, d.period_id as plannedperiod, case when p.is_posted
        then b.period_id end as postingperiod, money(p.amount, c.minor_unit) as amount,
    t.id as journal, j.debit_line + 1 as journalline, tf(p.is_posted) as isrecognized,
    ns_time(least(p.posted_period + interval 1 month - interval 4 hour,
        timestamp '2026-06-30 20:00:00')) as lastmodifieddate,
from plan_posting as p
inner join main.currency as c using (currency) inner join period as d using (period)
inner join period as b on b.period = p.posted_period
left join journal_line as j on j.element_no = p.element_no and j.plan_line_no = p.line_no
left join tx as t on t.type = 'Journal' and t.key = j.journal_no;
