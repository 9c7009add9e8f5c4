-- What the sources' own reports say: report totals, trial balances, row counts.
create table control_salesforce as
select 'opportunity' as object, 'bookings' as measure, '' as entity, o.currency,
    month_of(o.close_date) as period, money(sum(o.amount)::bigint, o.minor_unit) as value
from opportunity_row as o where o.is_won and o.scenario <> 'soft_deleted'
group by o.currency, o.minor_unit, month_of(o.close_date);

create table control_netsuite as
with orders as (
    select 'transaction' as object, 'orders' as measure, o.entity_no, o.currency,
        month_of(o.order_date) as period, sum(l.amount)::bigint as value
    from order_line as l inner join sales_order as o using (order_no)
    where o.fate <> 'cancelled_before_release' group by all
),
billings as (
    select 'transaction', 'billings', entity_no, currency, period, sum(value)::bigint from (
        select entity_no, currency, period, amount as value from bill_line where posting
        union all select entity_no, currency, period, -amount from credit where posting
    ) group by all
),
revenue as (
    select 'transaction', 'revenue', l.entity_no, l.currency, l.period, -sum(l.amount)::bigint
    from tx_line as l inner join gl_account as a on a.account_number = l.account
    where a.account_type = 'Income' and l.posting group by all
),
cash as (
    select 'transaction', 'cash', entity_no, currency, period, sum(value)::bigint from (
        select entity_no, currency, period, amount as value from payment where bill_no is not null
        union all select entity_no, currency, period, amount from deposit
        union all select b.entity_no, b.currency, b.period, t.net + t.tax from bill as b
        inner join document_total as t using (bill_no) where b.type = 'CashSale'
    ) group by all
),
totals as (
    select * from orders union all select * from billings union all select * from revenue
    union all select * from cash
)
select t.object, t.measure, e.entity, t.currency, t.period, money(t.value, c.minor_unit) as value
from totals as t inner join entity as e using (entity_no) inner join currency as c using (currency)
union all
select 'account', concat('trial_balance_', l.account), e.entity, e.base_currency, l.period,
    money(sum(l.base_amount)::bigint, c.minor_unit)
from tx_line as l inner join entity as e using (entity_no)
inner join currency as c on c.currency = e.base_currency
where l.posting and l.account is not null
group by l.account, e.entity, e.base_currency, l.period, c.minor_unit
union all
select 'account', concat('trial_balance_', case line when 0 then '2100' else '6900' end), e.entity,
    'USD', month_of(t.trandate), money(case line when 0 then -10000 else 10000 end * count(*), 2)
from netsuite.transaction as t, range(2) as r (line), entity as e
where t.type = 'VendBill' and e.entity_no = 2 group by line, e.entity, month_of(t.trandate);
-- one row per account, entity and month
create or replace table control_netsuite as
select object, measure, entity, currency, period,
    sum(value::decimal(28, 4))::decimal(28, 4) as value from control_netsuite group by all;


-- What a control report of each object shows under its amount columns, over all of its rows.
create macro in_all(amount) as coalesce(sum(amount::decimal(28, 8)), 0)::decimal(28, 4);

create table control_sum_salesforce as
with account as (select in_all("AnnualRevenue") as annual_revenue from salesforce."Account"),
campaign as (
    select in_all("BudgetedCost") as budgeted_cost, in_all("ActualCost") as actual_cost,
    from salesforce."Campaign"
),
opportunity as (
    select in_all("Amount") as amount, in_all("Tax_Amount__c") as tax_amount_c,
        in_all("Freight_Amount__c") as freight_amount_c,
    from salesforce."Opportunity"
),
opportunity_line_item as (
    select in_all("Quantity") as quantity, in_all("UnitPrice") as unit_price,
        in_all("ListPrice") as list_price, in_all("TotalPrice") as total_price,
    from salesforce."OpportunityLineItem"
),
opportunity_history as (select in_all("Amount") as amount from salesforce."OpportunityHistory"),
pricebook_entry as (select in_all("UnitPrice") as unit_price from salesforce."PricebookEntry"),
quote as (
    select in_all("TotalPrice") as total_price, in_all("GrandTotal") as grand_total,
        in_all("Tax") as tax, in_all("ShippingHandling") as shipping_handling,
    from salesforce."Quote"
),
quote_line_item as (
    select in_all("Quantity") as quantity, in_all("UnitPrice") as unit_price,
        in_all("ListPrice") as list_price, in_all("TotalPrice") as total_price,
    from salesforce."QuoteLineItem"
)
select 'account' as object, concat('sum_', name) as measure, value
from (unpivot account on columns(*) into name name value value)
union all
select 'campaign' as object, concat('sum_', name) as measure, value
from (unpivot campaign on columns(*) into name name value value)
union all
select 'opportunity' as object, concat('sum_', name) as measure, value
from (unpivot opportunity on columns(*) into name name value value)
union all
select 'opportunity_line_item' as object, concat('sum_', name) as measure, value
from (unpivot opportunity_line_item on columns(*) into name name value value)
union all
select 'opportunity_history' as object, concat('sum_', name) as measure, value
from (unpivot opportunity_history on columns(*) into name name value value)
union all
select 'pricebook_entry' as object, concat('sum_', name) as measure, value
from (unpivot pricebook_entry on columns(*) into name name value value)
union all
select 'quote' as object, concat('sum_', name) as measure, value
from (unpivot quote on columns(*) into name name value value)
union all
select 'quote_line_item' as object, concat('sum_', name) as measure, value
from (unpivot quote_line_item on columns(*) into name name value value);

create table control_sum_netsuite as
with customer as (select in_all(creditlimit) as creditlimit from netsuite.customer),
item_member as (select in_all(quantity) as quantity from netsuite.item_member),
next_transaction_line_link as (
    select in_all(foreignamount) as foreignamount from netsuite.next_transaction_line_link
),
fair_value_price as (select in_all(fairvalue) as fairvalue from netsuite.fair_value_price),
revenue_element as (
    select in_all(quantity) as quantity, in_all(discountedsalesamount) as discountedsalesamount,
        in_all(allocationamount) as allocationamount,
    from netsuite.revenue_element
),
revenue_plan as (select in_all(amount) as amount from netsuite.revenue_plan),
revenue_plan_planned_revenue as (
    select in_all(amount) as amount from netsuite.revenue_plan_planned_revenue
),
"transaction" as (select in_all(foreigntotal) as foreigntotal from netsuite.transaction),
transaction_accounting_line as (
    select in_all(amount) as amount, in_all(debit) as debit, in_all(credit) as credit,
        in_all(netamount) as netamount, in_all(amountpaid) as amountpaid,
        in_all(amountunpaid) as amountunpaid,
    from netsuite.transaction_accounting_line
),
transaction_line as (
    select in_all(quantity) as quantity, in_all(rate) as rate,
        in_all(foreignamount) as foreignamount, in_all(netamount) as netamount,
        in_all(quantitybilled) as quantitybilled, in_all(quantityshiprecv) as quantityshiprecv,
        in_all(quantitybackordered) as quantitybackordered,
        in_all(custcol_list_rate) as custcol_list_rate,
    from netsuite.transaction_line
)
select 'customer' as object, concat('sum_', name) as measure, value
from (unpivot "customer" on columns(*) into name name value value)
union all
select 'item_member' as object, concat('sum_', name) as measure, value
from (unpivot "item_member" on columns(*) into name name value value)
union all
select 'next_transaction_line_link' as object, concat('sum_', name) as measure, value
from (unpivot "next_transaction_line_link" on columns(*) into name name value value)
union all
select 'fair_value_price' as object, concat('sum_', name) as measure, value
from (unpivot "fair_value_price" on columns(*) into name name value value)
union all
select 'revenue_element' as object, concat('sum_', name) as measure, value
from (unpivot "revenue_element" on columns(*) into name name value value)
union all
select 'revenue_plan' as object, concat('sum_', name) as measure, value
from (unpivot "revenue_plan" on columns(*) into name name value value)
union all
select 'revenue_plan_planned_revenue' as object, concat('sum_', name) as measure, value
from (unpivot "revenue_plan_planned_revenue" on columns(*) into name name value value)
union all
select 'transaction' as object, concat('sum_', name) as measure, value
from (unpivot "transaction" on columns(*) into name name value value)
union all
select 'transaction_accounting_line' as object, concat('sum_', name) as measure, value
from (unpivot "transaction_accounting_line" on columns(*) into name name value value)
union all
select 'transaction_line' as object, concat('sum_', name) as measure, value
from (unpivot "transaction_line" on columns(*) into name name value value);
insert into control_salesforce select object, measure, '', '', null, value from control_sum_salesforce;
insert into control_netsuite select object, measure, '', '', null, value from control_sum_netsuite;
