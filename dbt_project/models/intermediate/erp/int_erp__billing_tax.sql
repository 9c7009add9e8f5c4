-- one row per erp_system, document_id and document_line_id of tax on what is billed or credited
with

line as (
    select * from {{ ref('int_erp__document_line') }}
    where document_type in ('invoice', 'credit_memo', 'cash_sale') and line_type = 'tax'
),

final as (
    select
        line.erp_system,
        line.document_id,
        line.document_type,
        line.document_line_id,
        line.document_date,
        line.period,
        line.erp_customer_id,
        line.entity,
        line.entity_id,
        line.currency,
        line.minor_unit,
        coalesce(line.amount, 0) as amount,
        line.is_posting,
        line.is_voided,
    from line
)

select * from final
