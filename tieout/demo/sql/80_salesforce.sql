-- The CRM's export: API names, API formats.
create schema salesforce;

create view salesforce."Account" as
select
    a.account_id as "Id", a.name as "Name", concat('A-', 20000 + a.n) as "AccountNumber",
    pa.account_id as "ParentId",
    case when a.role = 'merged' then m.account_id end as "MasterRecordId",
    u.user_id as "OwnerId",
    choose('accttype', c.company_no,
        ['Customer - Direct', 'Customer - Direct', 'Customer - Channel', 'Prospect']) as "Type",
    c.industry as "Industry",
    case when a.has_page then concat('https://www.facebook.com/', split_part(a.domain, '.', 1))
        when a.site is null then null
        when pick('www', a.record_no, 3) = 0 then concat('https://www.', a.site)
        when pick('www', a.record_no, 3) = 1 then concat('www.', a.site)
        else concat('http://', a.site, '/') end as "Website",
    a.phone as "Phone",
    case when c.story = 'AX-20' then 'Boulevard des Belges 41' when not a.is_gap
        then a.street end as "BillingStreet",
    case when c.story = 'AX-20' then 'Rouen' when not a.is_gap
        then a.city end as "BillingCity",
    case when not a.is_gap then a.state end as "BillingState",
    case when c.story = 'AX-20' then '76100' when not a.is_gap
        then a.postal_code end as "BillingPostalCode",
    case when c.story = 'AX-19' then null when pick('ctry', c.company_no, 3) = 0 then c.country
        when pick('ctry', c.company_no, 3) = 1 then n.long_name
        else n.other_name end as "BillingCountry",
    case when not a.is_gap then s.street end as "ShippingStreet",
    case when not a.is_gap then s.city end as "ShippingCity",
    case when not a.is_gap then s.state end as "ShippingState",
    case when not a.is_gap then s.postal_code end as "ShippingPostalCode",
    n.long_name as "ShippingCountry",
    e.base_currency as "CurrencyIsoCode", a.role in ('merged', 'deleted') as "IsDeleted",
    sf_time(a.created_ts) as "CreatedDate",
    sf_time(greatest(c.account_modified_ts, a.created_ts)) as "LastModifiedDate",
    sf_time(greatest(c.account_modified_ts, a.created_ts)) as "SystemModstamp",
    case when pick('taxfmt', c.company_no, 4) = 0 then replace(a.tax_id, '-', '')
        else a.tax_id end as "Tax_Id__c",
    a.netsuite_id as "NetSuite_Id__c",
    case when c.terms_days is not null and c.gap_u > 0.03
        then concat('Net ', c.terms_days) end as "Payment_Terms__c",
    c.tax_exempt as "Tax_Exempt__c",
    case when c.story is null and pick('cstat', c.company_no, 25) = 0 then 'Prospect'
        else 'Active' end as "Customer_Status__c",
    e.entity as "Legal_Entity__c",
    choose('rating', c.company_no, ['Hot', 'Warm', 'Warm', 'Cold', '']) as "Rating",
    (1 + pick('rev', c.company_no, 900)) * 250000 as "AnnualRevenue",
    case when a.duns is not null and pick('dunsfmt', c.company_no, 3) = 0
        then concat(left(a.duns, 2), '-', substr(a.duns, 3, 3), '-', right(a.duns, 4))
        else a.duns end as "DunsNumber",
from account_row as a
inner join (
    select
        *,
        case
            when story = 'AX-20' then timestamp '2026-04-14 08:31:22'
            else touched('accttouch', company_no, created_ts)
        end as account_modified_ts,
    from company
) as c using (company_no)
inner join company_shipping as s using (company_no)
inner join entity as e using (entity_no)
inner join country_name as n on n.country = c.country
inner join sf_user as u on u.owner_no = a.owner_no
left join account_id as m on m.company_no = a.company_no and m.which = a.which - 1
left join company_parent as p on p.company_no = a.company_no and a.which = 1
left join account_id as pa on pa.company_no = p.crm_parent_no and pa.which
    = case when p.crm_parent_no = p.parent_no then p.crm_parent_which else 1 end
where not a.is_purged;

create view salesforce."Contact" as
select
    sf_id('003', a.company_no * 3 + case a.which when 1 then r.range else 2 end) as "Id",
    a.account_id as "AccountId",
    case r.range when 0 then c.first_name else choose('cf', a.company_no, w.first_names) end
        as "FirstName",
    case r.range when 0 then c.last_name else choose('cl', a.company_no, w.last_names) end
        as "LastName",
    concat("FirstName", ' ', "LastName") as "Name",
    lower(concat(strip_accents(replace("FirstName", ' ', '')), '.',
        strip_accents(replace(replace("LastName", ' ', ''), '''', '')), '@',
        coalesce(t.domain, 'gmail.com'))) as "Email",
    c.phone as "Phone",
    choose('title', a.company_no * 3 + r.range,
        ['Plant Manager', 'Procurement Lead', 'Accounts Payable', 'Maintenance Engineer', 'CFO'])
        as "Title",
    c.street as "MailingStreet", c.city as "MailingCity", c.state as "MailingState",
    c.postal_code as "MailingPostalCode", c.country as "MailingCountry",
    false as "IsDeleted", sf_time(a.created_ts + interval 1 hour) as "CreatedDate",
    sf_time(a.created_ts + interval 2 hour) as "LastModifiedDate",
    sf_time(a.created_ts + interval 2 hour) as "SystemModstamp",
from account_id as a inner join company as c using (company_no)
inner join company_trait as t using (company_no)
inner join country_words as w on w.country = c.country, range(2) as r
where a.which = 1 or (a.role = 'duplicate' and r.range = 0);

create table opportunity_row as
select
    d.*, o.opportunity_id, o.opportunity_number, o.quote_id, o.quote_number, o.po_number,
    o.owner_no, o.n, o.has_contract, a.account_id, t.lines_amount, c.minor_unit,
    t.lines_amount + d.header_extra as amount, e.entity, co.link_kind, co.core,
    p.product_name, p.name as deal_label,
    case when d.scenario in ('duplicate') then d.created_ts + interval 1 day
        else least(greatest(d.close_date::timestamp + interval 17 hour,
            d.created_ts) + to_seconds(pick('omod', d.deal_no, 400000)),
            timestamp '2026-06-30 21:00:00') end as modified_ts,
from deal as d
inner join opportunity_id as o using (deal_no)
inner join (select deal_no, sum(amount)::bigint as lines_amount
from deal_line group by deal_no) as t using (deal_no)
inner join currency as c using (currency)
inner join company as co using (company_no)
inner join entity as e on e.entity_no = d.entity_no
inner join account_id as a on a.company_no = d.company_no and a.which = o.account_which
inner join deal_label as p on p.deal_no = d.deal_no;

-- Deals edited after their month was closed (late_edit: the order shows what was sold), and others
-- re-dated or corrected after their quarter, whose orders agree with what they say today.
create table late_change as
select
    o.deal_no, 'Amount' as field, o.amount + sum(l.amount - d.amount)::bigint as old_amount,
    o.close_date as old_close_date,
    case when o.story is not null then timestamp '2026-05-12 14:20:31'
        else month_of(o.close_date) + interval 1 month + interval 9 day
            + to_days((1 + pick('lateday', o.deal_no, 75))::integer)
            + to_seconds(28800 + pick('latetime', o.deal_no, 30000)) end as changed_ts,
from opportunity_row as o
inner join order_line as l using (deal_no)
inner join deal_line as d on d.deal_no = l.deal_no and d.line_no = l.deal_line_no
where o.scenario = 'late_edit'
group by o.deal_no, o.amount, o.close_date, o.story
union all
select
    deal_no, case when pick('fh', n, 2) = 0 then 'CloseDate' else 'Amount' end as field,
    case when field = 'Amount' then div_round(amount * 107, 100) else amount end,
    case when field = 'Amount' then close_date else close_date + 20 end,
    least(quarter_of(close_date) + interval 3 month + to_days((2 + pick('fhday', n, 20))::integer),
        timestamp '2026-06-30 20:00:00'),
from opportunity_row
where is_won and story is null and close_date < date '2026-04-01'
    and scenario in ('clean', 'late', 'header_only') and u01('fieldhistory', deal_no) < 0.012;

update opportunity_row set modified_ts = greatest(modified_ts, changed_ts)
from late_change where late_change.deal_no = opportunity_row.deal_no;

create view salesforce."Opportunity" as
select
    opportunity_id as "Id",
    deal_label as "Name",
    account_id as "AccountId",
    money(amount, minor_unit) as "Amount",
    case when deal_no = 800000999 then '02/30/2026'
        else strftime(close_date, '%m/%d/%Y') end as "CloseDate",
    stage as "StageName", is_won as "IsWon", is_won or stage = 'Closed Lost' as "IsClosed",
    case when is_won then 100 when stage = 'Closed Lost' then 0
        else choose('prob', deal_no, [10, 20, 50, 75, 90]) end as "Probability",
    case when scenario = 'test' and pick('test', deal_no, 2) = 1
        and pick('internal', deal_no, 2) = 0 then 'Internal' else deal_type end as "Type",
    choose('lead', deal_no,
        ['Web', 'Trade Show', 'Partner Referral', 'Phone Inquiry', 'Customer Success', 'Other'])
        as "LeadSource",
    case when story = 'AX-09' then sf_id('701', 1) when pick('camp', deal_no, 8) = 0
        then sf_id('701', 2 + pick('campno', deal_no, 11)) end as "CampaignId",
    u.user_id as "OwnerId",
    case when has_contract then sf_id('800', n) end as "ContractId",
    quote_id as "SyncedQuoteId", sf_id('01s', 1) as "Pricebook2Id",
    sf_id('012', 1 + pick('rt', deal_no, 2)) as "RecordTypeId",
    currency as "CurrencyIsoCode", scenario = 'soft_deleted' as "IsDeleted",
    sf_time(created_ts) as "CreatedDate",
    sf_time(case when deal_no = 800000311 then getvariable('watermark')::timestamp
        else modified_ts end) as "LastModifiedDate",
    sf_time(case when deal_no = 800000311 then getvariable('watermark')::timestamp
        else modified_ts end) as "SystemModstamp",
    case when link_kind in ('none', 'ambiguous') or scenario in ('entity_hop', 'currency_hop')
        or entity_no = 1 then entity
        when pick('le', deal_no, 10) < 7 then entity when pick('le', deal_no, 10) = 7
            then entity_no::varchar end as "Legal_Entity__c",
    opportunity_number as "Opportunity_Number__c",
    case pick('pofmt', deal_no, 5) when 0 then 'PO ' || po_number
        when 1 then 'PO# ' || po_number when 2 then po_number
        when 3 then 'po-' || po_number else po_number end as "Purchase_Order_Number__c",
    case when po_number is not null
        then least((close_date + pick('podate', deal_no, 4)::integer)::date, date '2026-06-30') end
        as "Purchase_Order_Date__c",
    (select max(l.term_months) from deal_line as l where l.deal_no = opportunity_row.deal_no)
        as "Contract_Term_Months__c",
    case when tax_amount <> 0 then money(tax_amount, minor_unit) end as "Tax_Amount__c",
    case when freight_amount <> 0 then money(freight_amount, minor_unit) end as "Freight_Amount__c",
    discount_percent as "Discount_Percent__c",
    scenario = 'test' and pick('test', deal_no, 2) = 1
        and pick('internal', deal_no, 2) = 1 as "Is_Test__c",
    scenario <> 'header_only' as "HasOpportunityLineItem",
from opportunity_row inner join sf_user as u using (owner_no);

create view salesforce."OpportunityLineItem" as
select
    l.opportunity_line_id as "Id", l.opportunity_id as "OpportunityId",
    sf_id('01t', l.product_no) as "Product2Id",
    sf_id('01u', l.product_no * 10 + c.currency_no) as "PricebookEntryId", p.product_name as "Name",
    p.product_code as "ProductCode",
    null as "Description", l.quantity as "Quantity",
    money(l.unit_price, c.minor_unit) as "UnitPrice",
    money(l.list_price, c.minor_unit) as "ListPrice",
    nullif(l.discount_percent, 0) as "Discount", money(l.amount, c.minor_unit) as "TotalPrice",
    case when l.kind in ('subscription', 'bundle')
        then (month_of(o.close_date) + interval 1 month)::date end as "ServiceDate",
    l.term_months as "Term_Months__c", l.line_no as "SortOrder",
    o.scenario = 'soft_deleted' as "IsDeleted",
    sf_time(o.created_ts + interval 5 minute) as "CreatedDate",
    sf_time(coalesce(h.changed_ts, o.created_ts + interval 6 minute)) as "LastModifiedDate",
    sf_time(coalesce(h.changed_ts, o.created_ts + interval 6 minute)) as "SystemModstamp",
from opportunity_line_id as l inner join opportunity_row as o using (deal_no)
inner join product as p using (product_no) inner join currency as c using (currency)
left join late_change as h
    on h.deal_no = l.deal_no and o.scenario = 'late_edit' and l.line_no = 1
where not l.is_hidden
union all
-- orphans: their opportunity was purged
select sf_id('00k', 90000000 + i), sf_id('006', 90000000 + i), sf_id('01t', 1 + i % 20),
    sf_id('01u', 12 + i), 'ProFlow 200 Flow Meter', 'PF-200', null, 1, '4850.00', '4850.00', null,
    '4850.00',
    null, null, 1, false, '2024-08-02T10:00:00.000Z', '2024-08-02T10:00:00.000Z',
    '2024-08-02T10:00:00.000Z'
from range(3) as r (i);

create view salesforce."OpportunityHistory" as
select
    sf_id('008', o.n * 4 + s.i) as "Id", o.opportunity_id as "OpportunityId",
    case s.i when 0 then 'Qualification' when 1 then 'Proposal/Price Quote'
        else o.stage end as "StageName",
    case when s.i < 2 and pick('histamt', o.n, 4) = 0
        then money(div_round(o.amount * 110, 100), o.minor_unit)
        when s.i = 2 then money(coalesce(h.old_amount, o.amount), o.minor_unit)
        else money(o.amount, o.minor_unit) end as "Amount",
    case when o.deal_no = 800000999 then '2026-07-31'
        when s.i = 2 then coalesce(h.old_close_date, o.close_date)::varchar
        else o.close_date::varchar end as "CloseDate", case s.i when 0 then 20 when 1 then 60
        else case when o.is_won then 100 else 0 end end as "Probability",
    sf_time(case s.i when 0 then o.created_ts when 1
        then least(
            o.created_ts + to_days((3 + pick('h', o.n, 10))::integer),
            timestamp '2026-06-30 20:00:00',
            -- a deal that was won in a day was quoted on that day
            case when o.is_won or o.stage = 'Closed Lost' then greatest(
                least(o.close_date::timestamp + interval 16 hour, o.modified_ts),
                o.created_ts) - interval 1 minute end)
        when 3 then h.changed_ts
        else greatest(least(o.close_date::timestamp + interval 16 hour, o.modified_ts),
            o.created_ts) end) as "CreatedDate",
    u.user_id as "CreatedById", false as "IsDeleted",
from opportunity_row as o inner join sf_user as u using (owner_no)
left join late_change as h using (deal_no), range(4) as s (i)
where s.i < 2 or (s.i = 2 and (o.is_won or o.stage = 'Closed Lost'))
    or (s.i = 3 and h.deal_no is not null);

create view salesforce."OpportunityFieldHistory" as
select
    sf_id('017', o.n) as "Id", o.opportunity_id as "OpportunityId", h.field as "Field",
    case h.field when 'CloseDate' then h.old_close_date::varchar
        else money(h.old_amount, o.minor_unit) end as "OldValue",
    case h.field when 'CloseDate' then o.close_date::varchar
        else money(o.amount, o.minor_unit) end as "NewValue",
    u.user_id as "CreatedById", sf_time(h.changed_ts) as "CreatedDate", false as "IsDeleted",
from late_change as h inner join opportunity_row as o using (deal_no)
inner join sf_user as u on u.owner_no = 1 + (o.owner_no + 6) % 40;

create view salesforce."Product2" as
select sf_id('01t', product_no) as "Id", product_name as "Name", product_code as "ProductCode",
    family as "Family", true as "IsActive", null as "StockKeepingUnit", null as "Description",
    false as "IsDeleted",
    '2023-01-09T09:00:00.000Z' as "CreatedDate", '2025-01-09T09:00:00.000Z' as "LastModifiedDate",
    '2025-01-09T09:00:00.000Z' as "SystemModstamp"
from product;

create view salesforce."PricebookEntry" as
select sf_id('01u', r.product_no * 10 + c.currency_no) as "Id", sf_id('01s', 1) as "Pricebook2Id",
    sf_id('01t', r.product_no) as "Product2Id", money(r.list_price, c.minor_unit) as "UnitPrice",
    r.currency as "CurrencyIsoCode", true as "IsActive", false as "IsDeleted",
    '2025-01-09T09:00:00.000Z' as "SystemModstamp"
from price as r inner join currency as c using (currency);

create view salesforce."Quote" as
select
    o.quote_id as "Id", o.quote_number as "QuoteNumber", concat(o.core, ' quote') as "Name",
    o.opportunity_id as "OpportunityId",
    case when o.is_won then 'Accepted' when o.stage = 'Closed Lost' then 'Denied'
        else 'Presented' end as "Status",
    money(o.lines_amount, o.minor_unit) as "TotalPrice",
    money(o.lines_amount + o.tax_amount + o.freight_amount, o.minor_unit) as "GrandTotal",
    coalesce(o.discount_percent, 0) as "Discount",
    money(o.tax_amount, o.minor_unit) as "Tax",
    money(o.freight_amount, o.minor_unit) as "ShippingHandling", true as "IsSyncing",
    false as "IsDeleted",
    sf_time(o.created_ts + interval 2 day) as "CreatedDate",
    sf_time(least(o.created_ts + interval 3 day, timestamp '2026-06-30 20:00:00'))
        as "SystemModstamp",
from opportunity_row as o where o.quote_id is not null;

create view salesforce."QuoteLineItem" as
select
    sf_id('0QL', row_number() over (order by l.opportunity_line_id)) as "Id",
    l.quote_id as "QuoteId", sf_id('01t', l.product_no) as "Product2Id", l.quantity as "Quantity",
    money(l.unit_price, c.minor_unit) as "UnitPrice",
    money(l.list_price, c.minor_unit) as "ListPrice", l.discount_percent as "Discount",
    money(l.amount, c.minor_unit) as "TotalPrice",
    false as "IsDeleted", sf_time(l.created_ts + interval 2 day) as "SystemModstamp",
from (
    select x.*, o.quote_id, o.created_ts, o.currency from opportunity_line_id as x
    inner join opportunity_row as o using (deal_no) where o.quote_id is not null
) as l inner join currency as c using (currency);

create view salesforce."Contract" as
select
    sf_id('800', n) as "Id", account_id as "AccountId",
    lpad((1000 + n)::varchar, 8, '0') as "ContractNumber", 'Activated' as "Status",
    close_date as "StartDate", (close_date + interval 1 year - interval 1 day)::date as "EndDate",
    12 as "ContractTerm", false as "IsDeleted", sf_time(modified_ts) as "SystemModstamp"
from opportunity_row where has_contract;

create view salesforce."Campaign" as
select sf_id('701', i + 1) as "Id",
    ['Rental Fleet Launch', 'Hannover Messe 2025', 'Spring Calibration Offer',
        'Gas Analyzer Webinar', 'Achema Follow-up', 'Valve Retrofit Mailing',
        'Cloud Monitoring Trial', 'Gulf Water Summit', 'Partner Day Osaka', 'Service Renewal Drive',
        'Trade-in VariDrive', 'Food Safety Series'][i + 1] as "Name",
    choose('ctype', i, ['Email','Conference','Webinar','Direct Mail']) as "Type",
    case when i % 3 = 0 then 'Completed' else 'In Progress' end as "Status",
    (date '2024-08-01' + to_months((i * 2)::integer))::date as "StartDate",
    (date '2024-10-31' + to_months((i * 2)::integer))::date as "EndDate",
    money(1200000 + 35000 * i, 2) as "BudgetedCost", money(1100000 + 41234 * i, 2) as "ActualCost",
    false as "IsDeleted", '2026-05-30T12:00:00.000Z' as "SystemModstamp"
from range(12) as r (i);

create view salesforce."CampaignMember" as
select sf_id('00v', a.company_no) as "Id", sf_id('701', 1 + pick('cm', a.company_no, 12))
    as "CampaignId", sf_id('003', a.company_no * 3) as "ContactId", null as "LeadId",
    choose('cms', a.company_no, ['Sent', 'Responded', 'Registered']) as "Status",
    null as "FirstRespondedDate", false as "IsDeleted",
    sf_time(a.created_ts + interval 3 day) as "SystemModstamp"
from account_id as a where a.which = 1 and (a.company_no % 3 = 0 or a.company_no = 900016);

create view salesforce."User" as
select user_id as "Id", concat(first_name, ' ', last_name) as "Name",
    lower(concat(left(first_name, 1), '.', replace(last_name, ' ', ''), owner_no,
    '@northfield-industrial.com')) as "Email", "Email" as "Username",
    owner_no < 38 as "IsActive", employee_id as "EmployeeNumber", case when owner_no > 4
        then sf_id('005', 1 + owner_no % 4) end as "ManagerId", null as "UserRoleId",
        'Sales' as "Department", '2026-04-01T08:00:00.000Z' as "SystemModstamp"
from sf_user;

create view salesforce."CurrencyType" as
select sf_id('01L', c.currency_no) as "Id", c.currency as "IsoCode",
    round(1 / c.usd_value, 6)::decimal(18, 6) as "ConversionRate", c.minor_unit as "DecimalPlaces",
    c.currency = 'USD' as "IsCorporate", true as "IsActive"
from currency as c;

-- sales takes its rates from another source than the ledger: up to half a percent apart
create view salesforce."DatedConversionRate" as
select sf_id('04w', row_number() over (order by currency, period)) as "Id", currency as "IsoCode",
    case when currency = 'USD' then 1 else round(1 / (usd_value
        * (0.995 + 0.01 * u01('crmrate', concat(currency, period)))), 6)
    end::decimal(18, 6) as "ConversionRate", period as "StartDate",
    (period + interval 1 month)::date as "NextStartDate"
from usd_rate where period between date '2024-01-01' and date '2026-12-01';
