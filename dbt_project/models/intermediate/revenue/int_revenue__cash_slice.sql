-- one row per posted invoice (per entity) and what settles it, by kind, and one for what is open:
-- gross, tax and net parts add up to the invoice exactly
with settlement as (select * from {{ ref('int_revenue__settlement') }}),

{{ settled_parts('settlement', ['erp_system', 'invoice_id', 'entity']) }},

final as (
    select
        erp_system,
        invoice_id,
        entity,
        erp_customer_id,
        currency,
        minor_unit,
        invoice_period,
        slice_type,
        settlement_id,
        settlement_type,
        settlement_period,
        is_billed,
        applied_amount,
        gross_amount,
        tax_amount,
        cast(gross_amount - tax_amount as decimal(28, 4)) as net_amount
    from parted
)

select * from final
