-- one row per line of an invoice that is not settled in full: its share of what the customer still
-- owes, tax included (document_line_id '' where the invoice has no line but tax)
{%- set invoice_key = ['erp_system', 'document_id', 'entity'] %}
with

-- Invoice less everything that was applied to it.
open_invoice as (
    select
        erp_system,
        invoice_id as document_id,
        entity,
        gross_amount as open_amount,
    from {{ ref('int_revenue__cash_slice') }}
    where slice_type = 'open' and gross_amount <> 0
),

line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided and document_type = 'invoice'
),

document as (
    select * from {{ ref('int_erp__document') }}
),

weighted as (
    select
        open_invoice.*,
        coalesce(line.document_line_id, '') as document_line_id,
        line.order_id,
        line.order_line_id,
        document.currency,
        document.minor_unit,
        {{ to_minor('open_invoice.open_amount', 'document.minor_unit') }} as open_minor,
        {{ to_minor('abs(coalesce(line.amount, 0))', 'document.minor_unit') }} as weight,
        row_number() over (
            partition by
                open_invoice.erp_system, open_invoice.document_id, open_invoice.entity
            order by line.document_line_id
        ) as place,
    from open_invoice
    inner join document
        on
            open_invoice.erp_system = document.erp_system
            and open_invoice.document_id = document.document_id
    left join line
        on {{ same_keys('open_invoice', 'line', invoice_key) }}
),

shared as (
    {{ largest_remainder(
        'weighted', 'open_minor', 'weight', invoice_key, ['document_line_id'], 'line_minor') }}
),

-- what the invoice holds below the minor unit stays with its first line
final as (
    select
        {{ invoice_key | join(', ') }},
        document_line_id,
        order_id,
        order_line_id,
        currency,
        minor_unit,
        {{ amount_of_share(
            'line_minor', 'open_amount', 'open_minor', 'place = 1', 'minor_unit'
        ) }} as open_amount,
    from shared
)

select * from final
