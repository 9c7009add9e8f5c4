-- one row per posted invoice (per entity) and what settles it (payment, credit, discount, journal)
-- in the order of settlement, and a last one for what is open
with billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided and document_type = 'invoice'
),

billing_tax as (
    select * from {{ ref('int_erp__billing_tax') }}
    where is_posting and not is_voided and document_type = 'invoice'
),

bill_settlement as (
    select * from {{ ref('int_erp__bill_settlement') }}
    where is_posting
),

invoice_part as (
    select
        erp_system,
        document_id,
        entity,
        erp_customer_id,
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
        erp_customer_id,
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
        max(erp_customer_id) as erp_customer_id,
        max(currency) as currency,
        max(minor_unit) as minor_unit,
        max(period) as period,
        sum(amount) as gross_amount,
        sum(tax_amount) as tax_amount,
        case when sum(amount) < 0 then -1 else 1 end as direction
    from invoice_part
    group by erp_system, document_id, entity
),

settlement as (
    select
        erp_system,
        invoice_id,
        entity,
        currency,
        minor_unit,
        kind as slice_type,
        settlement_id,
        settlement_type,
        period as settlement_period,
        amount as applied_amount,
        case when kind = 'payment' then 1 else 2 end as settlement_order
    from bill_settlement
    union all
    select
        erp_system,
        invoice_id,
        entity,
        currency,
        minor_unit,
        'open' as slice_type,
        '' as settlement_id,
        '' as settlement_type,
        null as settlement_period,
        0 as applied_amount,
        3 as settlement_order
    from invoice
),

final as (
    select
        settlement.erp_system,
        settlement.invoice_id,
        settlement.entity,
        settlement.slice_type,
        settlement.settlement_id,
        settlement.settlement_type,
        settlement.settlement_period,
        settlement.applied_amount,
        settlement.slice_type = 'open' as is_rest,
        -- cash may be applied to what is void, not posted or gone; it then settles nothing
        invoice.invoice_id is not null as is_billed,
        invoice.erp_customer_id,
        coalesce(invoice.currency, settlement.currency) as currency,
        coalesce(invoice.minor_unit, settlement.minor_unit) as minor_unit,
        coalesce(invoice.period, settlement.settlement_period) as invoice_period,
        coalesce(invoice.direction, 1) as direction,
        {{ ten_thousandths('coalesce(invoice.gross_amount, 0) * coalesce(invoice.direction, 1)') }}
            as whole,
        {{ ten_thousandths('settlement.applied_amount * coalesce(invoice.direction, 1)') }}
            as measure,
        coalesce(invoice.tax_amount, 0) as tax_total,
        {{ to_minor('coalesce(invoice.tax_amount, 0)', 'coalesce(invoice.minor_unit, 2)') }}
            as tax_units,
        row_number() over (
            partition by settlement.erp_system, settlement.invoice_id, settlement.entity
            order by
                settlement.settlement_order,
                settlement.settlement_period,
                settlement.settlement_id,
                settlement.slice_type
        ) as slice_rank
    from settlement
    left join invoice
        on
            settlement.erp_system = invoice.erp_system
            and settlement.invoice_id = invoice.invoice_id
            and settlement.entity = invoice.entity
)

select * from final
