-- one row per line of every document, debit positive in the document's currency, item and tax lines
-- first
create table tx_line_item as
select 'SalesOrd' as type, order_no as key, line_no as line, 'item' as role, item_id, kind,
    -quantity as quantity, unit_price, -amount as amount,
    null::varchar as account, null::bigint as element_no, list_price, order_no,
    line_no as order_line_no
from order_line
union all by name
select b.type, l.bill_no as key, l.line_no as line, 'item' as role, l.item_id, l.kind,
    -l.quantity as quantity, l.unit_price, -l.amount as amount,
    case when e.element_no is not null then '2400' else l.income_account end as account,
        e.element_no, l.order_no, l.order_line_no
from bill_line as l inner join bill as b using (bill_no)
left join element as e on e.bill_no = l.bill_no and e.bill_line_no = l.line_no
union all by name
select 'CustCred' as type, c.credit_no as key, 1 as line, 'item' as role, c.item_id, c.kind,
    c.quantity, c.unit_price, c.amount,
    case when e.element_no is not null then '2400' else c.income_account end as account,
    e.element_no
from credit as c left join element as e on e.bill_no = c.bill_no and e.bill_line_no = c.line_no
union all by name
select 'RtnAuth' as type, credit_no as key, 1 as line, 'item' as role, item_id, kind, quantity,
    unit_price, amount from credit where is_return
union all by name
select 'ItemShip' as type, l.bill_no as key, l.line_no as line, 'item' as role, l.item_id, l.kind,
    l.quantity, null as unit_price, 0 as amount, l.order_no, l.order_line_no
from bill_line as l inner join tx as t on t.type = 'ItemShip' and t.key = l.bill_no
where l.kind in ('equipment', 'part')
union all by name
select 'SalesOrd' as type, order_no as key, 900 as line, 'tax' as role, -tax as amount
from order_total where tax <> 0
union all by name
select b.type, d.bill_no as key, 900 as line, 'tax' as role, -d.tax as amount, '2200' as account
from document_total as d inner join bill as b using (bill_no) where d.tax <> 0
union all by name
select 'CustCred' as type, credit_no as key, 900 as line, 'tax' as role, tax as amount,
    '2200' as account from credit_total where tax <> 0
union all by name
select 'RtnAuth' as type, credit_no as key, 900 as line, 'tax' as role, tax as amount
from credit_total where tax <> 0 and is_return
union all by name
select 'CustPymt' as type, payment_no as key, 1 as line, 'item' as role,
    -amount - extra as amount, '1100' as account from payment_document
union all by name
select 'CustPymt' as type, payment_no as key, l.line, 'item' as role,
    case l.line when 2 then discount else -discount end as amount, l.account
from payment_document, (values (2, '6310'), (3, '1100')) as l (line, account) where discount <> 0
union all by name
select 'CustDep' as type, deposit_no as key, 1 as line, 'item' as role, -amount as amount,
    '2450' as account from deposit_document
union all by name
select 'DepAppl' as type, bill_no as key, 1 as line, 'item' as role, -amount as amount,
    '1100' as account from deposit
union all by name
select 'CustRfnd' as type, refund_no as key, 1 as line, 'item' as role, amount,
    '1100' as account from refund
union all by name
select 'Journal' as type, journal_no as key, l.line, 'item' as role,
    case l.line when 0 then amount else -amount end as amount,
    case l.line when 0 then account else '1100' end as account
from settlement_journal, (values (0), (1)) as l (line)
union all by name
select 'Journal' as type, journal_no as key, debit_line as line, 'item' as role, amount,
    debit_account as account, element_no from journal_line
union all by name
select 'Journal' as type, journal_no as key, debit_line + 1 as line, 'item' as role,
    -amount as amount, income_account as account, element_no from journal_line
union all by name
select 'Journal' as type, journal_no as key, 0 as line, 'item' as role, -revenue_credit as amount,
    '4000' as account from manual_journal
union all by name
select 'Journal' as type, journal_no as key, 1 as line, 'item' as role, revenue_credit as amount,
    '2100' as account from manual_journal
union all by name
select 'Journal' as type, journal_no as key, l.line, 'item' as role, l.sign * amount as amount,
    l.account
from refund_posting, (values (0, '4300', -1), (1, '2480', 1)) as l (line, account, sign);

-- The web shop and the telephone desk keep customers of their own: their orders, and what followed
-- from these, stand on the second customer of a company that has two.
create table second_customer_document as
with sold as (
    select o.order_no
    from sales_order as o
    inner join customer_id as k on k.company_no = o.company_no and k.which = 2
    where o.deal_no is null and o.story is null and o.channel in ('WEB', 'PHONE', 'REPEAT')
        and k.role <> 'stranger' and not k.is_retired and o.order_date > k.created_ts::date
),
billed as (select bill_no, type from bill inner join sold using (order_no))
select 'SalesOrd' as type, order_no as key from sold
union all select type, bill_no from billed
union all select 'ItemShip', bill_no from billed
union all select 'CustPymt', payment_no
from payment_document as p inner join billed on billed.bill_no = p.sold_by
union all select 'DepAppl', bill_no from deposit inner join billed using (bill_no)
union all select 'CustDep', deposit_no
from deposit_document as d left join billed using (bill_no) left join sold using (order_no)
where billed.bill_no is not null or sold.order_no is not null
union all select 'CustRfnd', refund_no from refund inner join billed using (bill_no)
union all select 'CustCred', credit_no from credit inner join billed using (bill_no)
union all select 'RtnAuth', credit_no from credit inner join billed using (bill_no);

create table tx_header as
with header as (
select 'SalesOrd' as type, o.order_no as key, o.company_no, o.entity_no, o.currency,
    o.order_date as tran_date, month_of(o.order_date) as period, false as posting,
    false as rec_posting from sales_order as o
union all select type, bill_no, company_no, entity_no, currency, bill_date, period, posting, posting
from bill
union all select 'ItemShip', b.bill_no, b.company_no, b.entity_no, b.currency, b.bill_date,
month_of(b.bill_date), false, false from bill as b inner join tx as t on t.type = 'ItemShip'
    and t.key = b.bill_no
union all select 'CustCred', credit_no, company_no, entity_no, currency, credit_date, period,
posting, posting from credit
union all select 'RtnAuth', credit_no, company_no, entity_no, currency, (credit_date - 2)::date,
month_of(credit_date - 2), false, false from credit where is_return
union all select 'CustPymt', payment_no, company_no, entity_no, currency, pay_date, period,
not voided, not voided from payment_document
union all select 'CustDep', deposit_no, company_no, entity_no, currency, deposit_date,
month_of(deposit_date), true, true from deposit_document
union all select 'DepAppl', bill_no, company_no, entity_no, currency, apply_date, period, true, true
from deposit
union all select 'CustRfnd', refund_no, company_no, entity_no, currency, refund_date, period, true,
true from refund
union all select 'Journal', journal_no, null, entity_no, currency, journal_date, period, true, true
from settlement_journal
union all select 'Journal', journal_no, null, entity_no, currency,
(period + interval 1 month - interval 1 day)::date, period, true, true from revenue_journal
union all select 'Journal', journal_no, null, entity_no, currency, journal_date, period, true, true
from manual_journal
union all select 'Journal', journal_no, null, entity_no, currency,
(period + interval 1 month - interval 1 day)::date, period, true, true from refund_journal
)
select h.*, k.customer_id
from header as h
left join second_customer_document as s using (type, key)
left join customer_id as k on k.company_no = h.company_no
    and k.which = case when s.key is null then 1 else 2 end;

create table tx_line as
with based as (
    select
        l.*, t.id as transaction_id, h.entity_no, h.currency, h.customer_id, h.period, h.posting,
        h.tran_date, r.rate, r.minor_unit, r.base_minor_unit, r.minor_rate, t.created_ts,
        round(l.amount::decimal(14, 0) * r.minor_rate, 0)::bigint as base_amount,
        row_number() over (partition by l.type, l.key order by l.line) as line_seq,
    from tx_line_item as l
    inner join tx as t on t.type = l.type and t.key = l.key
    inner join tx_header as h on h.type = l.type and h.key = l.key
    inner join entity as e on e.entity_no = h.entity_no
    inner join rate as r on r.currency = h.currency and r.base_currency = e.base_currency
        and r.period = month_of(h.tran_date)
)
select
    * exclude (line, line_seq),
    case when type = 'Journal' then line when role = 'tax' then line_seq else line end as line_id,
from based
union all by name
-- the main line balances the others, in both currencies
select
    type, key, 'main' as role, -sum(amount)::bigint as amount,
    -sum(base_amount)::bigint as base_amount,
    case type when 'CustPymt' then '1000' when 'CustDep' then '1000' when 'CustRfnd' then '1000'
        when 'DepAppl' then '2450' when 'CashSale' then '1200' when 'SalesOrd' then null
        when 'ItemShip' then null when 'RtnAuth' then null else '1100' end as account,
    any_value(transaction_id) as transaction_id, any_value(entity_no) as entity_no,
    any_value(currency) as currency, any_value(customer_id) as customer_id,
    any_value(period) as period, any_value(posting) as posting, any_value(tran_date) as tran_date,
    any_value(rate) as rate, any_value(minor_unit) as minor_unit,
    any_value(base_minor_unit) as base_minor_unit, any_value(minor_rate) as minor_rate,
    any_value(created_ts) as created_ts, 0 as line_id,
from based
where type <> 'Journal'
group by type, key;
