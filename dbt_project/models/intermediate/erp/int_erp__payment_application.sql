-- one row per erp_system, invoice_id and payment_id: cash applied to an invoice, gross of tax
with

link as (
    {{ union_systems(var('erp_systems'), 'document_line_link') }}
),

document as (
    select * from {{ ref('int_erp__document') }}
),

entity_of_document as (
    select
        erp_system,
        document_id,
        min(entity) as entity,
    from {{ ref('int_erp__document_line') }}
    where document_type = 'invoice' and line_type = 'main'
    group by erp_system, document_id
),

applied as (
    select
        link.source_system as erp_system,
        link.from_document_id as invoice_id,
        link.to_document_id as payment_id,
        sum(link.amount) as amount,
    from link
    where link.link_type = 'bill_to_payment'
    group by link.source_system, link.from_document_id, link.to_document_id
),

final as (
    select
        applied.erp_system,
        applied.invoice_id,
        applied.payment_id,
        payment.document_number as payment_number,
        payment.document_date as payment_date,
        payment.period,
        invoice.erp_customer_id,
        coalesce(entity_of_document.entity, 'unassigned') as entity,
        coalesce(invoice.currency, payment.currency, 'XXX') as currency,  -- ISO 4217: no currency
        coalesce(invoice.minor_unit, payment.minor_unit, 2) as minor_unit,
        coalesce(applied.amount, 0) as amount,
        coalesce(payment.is_posting, false)
        and not coalesce(payment.is_voided, false) as is_posting,
    from applied
    left join document as payment
        on applied.erp_system = payment.erp_system and applied.payment_id = payment.document_id
    left join document as invoice
        on applied.erp_system = invoice.erp_system and applied.invoice_id = invoice.document_id
    left join entity_of_document
        on
            applied.erp_system = entity_of_document.erp_system
            and applied.invoice_id = entity_of_document.document_id
)

select * from final
