-- one row per order line with its days: ordered, approved, shipped, first and last billed and paid
with

order_line as (
    select * from {{ ref('int_erp__order_line') }}
),

approval as (
    select * from {{ ref('int_order_to_cash__approval') }}
),

billed as (
    select
        erp_system,
        order_id,
        order_line_id,
        min(case when document_type <> 'credit_memo' then document_date end) as first_invoice_date,
        max(case when document_type <> 'credit_memo' then document_date end) as last_invoice_date,
        min(first_payment_date) as first_payment_date,
        max(last_payment_date) as last_payment_date,
    from {{ ref('int_booking__billed_order_line') }}
    group by erp_system, order_id, order_line_id
),

final as (
    select
        order_line.erp_system,
        order_line.order_id,
        order_line.order_line_id,
        order_line.order_date,
        approval.approved_date,
        order_line.actual_ship_date as ship_date,
        billed.first_invoice_date,
        billed.last_invoice_date,
        billed.first_payment_date,
        billed.last_payment_date,
        order_line.is_cancelled,
    from order_line
    left join approval
        on order_line.erp_system = approval.erp_system and order_line.order_id = approval.order_id
    left join billed
        on
            order_line.erp_system = billed.erp_system
            and order_line.order_id = billed.order_id
            and order_line.order_line_id = billed.order_line_id
)

select * from final
