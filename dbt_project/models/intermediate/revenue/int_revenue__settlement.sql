-- one row per posted invoice (per entity) and payment or credit applied to it in the order of
-- settlement, and a last one for what is open
with billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided and document_type = 'invoice'
),

billing_tax as (
    select * from {{ ref('int_erp__billing_tax') }}
    where is_posting and not is_voided and document_type = 'invoice'
),

payment_application as (
    select * from {{ ref('int_erp__payment_application') }}
    where is_posting
),

document_line_link as (
    {{ union_systems(var('erp_systems'), 'document_line_link') }}
),

document as (select * from {{ ref('int_erp__document') }}),

invoice_part as (
    select
        erp_system,
        document_id,
        entity,
        currency,
        minor_unit,
        period,
        amount,
        0 as tax_amount
    from billing_line
    union all
    select
        erp_system,
        document_id,
        entity,
        currency,
        minor_unit,
        period,
        amount,
        amount as tax_amount
    from billing_tax
),

invoice as (
    select
        erp_system,
        document_id as invoice_id,
        entity,
        max(currency) as currency,
        max(minor_unit) as minor_unit,
        max(period) as period,
        sum(amount) as gross_amount,
        sum(tax_amount) as tax_amount,
        case when sum(amount) < 0 then -1 else 1 end as direction
    from invoice_part
    group by erp_system, document_id, entity
),

credit as (
    select
        link.source_system as erp_system,
        link.from_document_id as invoice_id,
        link.to_document_id as settlement_id,
        max(document.period) as period,
        sum(link.amount) as amount
    from document_line_link as link
    inner join document
        on
            link.source_system = document.erp_system
            and link.to_document_id = document.document_id
            and document.is_posting
            and not document.is_voided
    where link.link_type = 'bill_to_credit' and link.amount is not null
    group by link.source_system, link.from_document_id, link.to_document_id
),

settlement as (
    select
        erp_system,
        invoice_id,
        entity,
        'payment' as slice_type,
        payment_id as settlement_id,
        period as settlement_period,
        amount as applied_amount,
        1 as settlement_order
    from payment_application
    union all
    select
        credit.erp_system,
        credit.invoice_id,
        invoice.entity,
        'credit' as slice_type,
        credit.settlement_id,
        credit.period as settlement_period,
        credit.amount as applied_amount,
        2 as settlement_order
    from credit
    inner join invoice
        on credit.erp_system = invoice.erp_system and credit.invoice_id = invoice.invoice_id
    union all
    select
        erp_system,
        invoice_id,
        entity,
        'open' as slice_type,
        '' as settlement_id,
        null as settlement_period,
        0 as applied_amount,
        3 as settlement_order
    from invoice
),

final as (
    select
        settlement.*,
        coalesce(invoice.currency, application.currency) as currency,
        coalesce(invoice.minor_unit, application.minor_unit) as minor_unit,
        invoice.period as invoice_period,
        coalesce(invoice.direction, 1) as direction,
        {{ ten_thousandths('coalesce(invoice.gross_amount, 0) * coalesce(invoice.direction, 1)') }}
            as whole,
        {{ ten_thousandths('settlement.applied_amount * coalesce(invoice.direction, 1)') }}
            as measure,
        coalesce(invoice.tax_amount, 0) as invoice_tax_amount,
        {{ to_minor('coalesce(invoice.tax_amount, 0)', 'coalesce(invoice.minor_unit, 2)') }}
            as tax_units,
        row_number() over (
            partition by settlement.erp_system, settlement.invoice_id, settlement.entity
            order by
                settlement.settlement_order,
                settlement.settlement_period,
                settlement.settlement_id
        ) as slice_rank
    from settlement
    left join invoice
        on
            settlement.erp_system = invoice.erp_system
            and settlement.invoice_id = invoice.invoice_id
            and settlement.entity = invoice.entity
    left join payment_application as application
        on
            settlement.erp_system = application.erp_system
            and settlement.invoice_id = application.invoice_id
            and settlement.settlement_id = application.payment_id
)

select * from final
