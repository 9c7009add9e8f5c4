-- one row per order line: what was billed, recognised and paid on it, in the order's currency
{%- set line_key = ['erp_system', 'order_id', 'order_line_id'] %}
with order_line as (select * from {{ ref('int_erp__order_line') }}),

billed as (
    select
        erp_system,
        order_id,
        order_line_id,
        currency,
        sum(billed_amount) as billed_amount,
        sum(recognised_amount) as recognised_amount,
        sum(paid_amount) as paid_amount,
        min(case when document_type <> 'credit_memo' then document_date end) as first_invoice_date,
        min(first_payment_date) as first_payment_date,
        max(last_payment_date) as last_payment_date,
    from {{ ref('int_booking__billed_order_line') }}
    group by erp_system, order_id, order_line_id, currency
),

-- Revenue journals name the performance obligation, and that its order line.
obligation as (select * from {{ ref('int_revenue__obligation') }}),

journal as (
    select
        obligation.erp_system,
        obligation.contract_id as order_id,
        obligation.contract_line_id as order_line_id,
        sum(ledger_line.amount) as recognised_amount,
    from {{ ref('int_erp__ledger_line') }} as ledger_line
    inner join obligation
        on
            ledger_line.erp_system = obligation.erp_system
            and ledger_line.revenue_element_id = obligation.obligation_id
    where
        ledger_line.is_posting
        and ledger_line.account_class = 'revenue'
        and ledger_line.document_type = 'journal'
    group by obligation.erp_system, obligation.contract_id, obligation.contract_line_id
),

final as (
    select
        order_line.erp_system,
        order_line.order_id,
        order_line.order_line_id,
        order_line.order_date,
        order_line.currency,
        order_line.minor_unit,
        order_line.is_cancelled,
        billed.first_invoice_date,
        billed.first_payment_date,
        billed.last_payment_date,
        coalesce(billed.billed_amount, 0) as billed_amount,
        coalesce(billed.recognised_amount, 0) + coalesce(journal.recognised_amount, 0)
            as recognised_amount,
        coalesce(billed.paid_amount, 0) as paid_amount,
    from order_line
    left join billed
        on {{ same_keys('order_line', 'billed', line_key + ['currency']) }}
    left join journal
        on {{ same_keys('order_line', 'journal', line_key) }}
)

select * from final
