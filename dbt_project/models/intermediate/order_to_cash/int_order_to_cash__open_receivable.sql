-- one row per line of an invoice that is not settled in full and deal of it ('' where none): its
-- share of what the customer still owes, tax included
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
    select
        billing_line.erp_system,
        billing_line.document_id,
        billing_line.entity,
        billing_line.document_line_id,
        billing_line.order_id,
        billing_line.order_line_id,
        billing_line.amount,
    from {{ ref('int_erp__billing_line') }} as billing_line
    where
        billing_line.is_posting
        and not billing_line.is_voided
        and billing_line.document_type = 'invoice'
),

document as (
    select * from {{ ref('int_erp__document') }}
),

-- An invoice of nothing but tax has no line to share it: it stays whole, without a line.
weighted as (
    select
        open_invoice.erp_system,
        open_invoice.document_id,
        open_invoice.entity,
        coalesce(line.document_line_id, '') as document_line_id,
        line.order_id,
        line.order_line_id,
        document.currency,
        document.minor_unit,
        open_invoice.open_amount,
        {{ to_minor('open_invoice.open_amount', 'document.minor_unit') }} as open_minor,
        {{ to_minor('abs(coalesce(line.amount, 0))', 'document.minor_unit') }} as weight,
        row_number() over (
            partition by
                open_invoice.erp_system, open_invoice.document_id, open_invoice.entity
            order by line.document_line_id
        ) as line_place,
    from open_invoice
    inner join document
        on
            open_invoice.erp_system = document.erp_system
            and open_invoice.document_id = document.document_id
    left join line
        on
            open_invoice.erp_system = line.erp_system
            and open_invoice.document_id = line.document_id
            and open_invoice.entity = line.entity
),

by_line as (
    {{ largest_remainder(
        'weighted', 'open_minor', 'weight', invoice_key, ['document_line_id'], 'line_minor') }}
),

slice as (
    select
        crm_system,
        opportunity_id,
        erp_system,
        order_id,
        order_line_id,
        sum(ordered_amount) as ordered_amount,
    from {{ ref('int_order_link__allocation') }}
    group by crm_system, opportunity_id, erp_system, order_id, order_line_id
),

by_line_and_deal as (
    select
        by_line.* exclude (weight),
        coalesce(slice.crm_system, '') as crm_system,
        coalesce(slice.opportunity_id, '') as opportunity_id,
        {{ to_minor('abs(coalesce(slice.ordered_amount, 0))', 'by_line.minor_unit') }} as weight,
        row_number() over (
            partition by
                by_line.erp_system, by_line.document_id, by_line.entity, by_line.document_line_id
            order by slice.crm_system, slice.opportunity_id
        ) as deal_place,
    from by_line
    left join slice
        on
            by_line.erp_system = slice.erp_system
            and by_line.order_id = slice.order_id
            and by_line.order_line_id = slice.order_line_id
),

shared as (
    {{ largest_remainder(
        'by_line_and_deal', 'line_minor', 'weight', invoice_key + ['document_line_id'],
        ['crm_system', 'opportunity_id'], 'share_minor') }}
),

-- what the invoice holds below the minor unit stays with the first share
final as (
    select
        erp_system,
        document_id,
        entity,
        document_line_id,
        crm_system,
        opportunity_id,
        currency,
        cast(
            {{ from_minor('share_minor', 'minor_unit') }}
            + case
                when line_place = 1 and deal_place = 1
                    then open_amount - {{ from_minor('open_minor', 'minor_unit') }}
                else 0
            end as decimal(28, 4)
        ) as open_amount,
    from shared
)

select * from final
