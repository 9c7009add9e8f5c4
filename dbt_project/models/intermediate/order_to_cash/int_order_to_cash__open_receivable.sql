-- one row per line of an invoice that is not settled in full and deal of it ('' where none): its
-- share of what the customer still owes, tax included
{%- set line_key = ['erp_system', 'document_id', 'entity', 'document_line_id'] %}
with

line as (
    select * from {{ ref('int_order_to_cash__open_invoice_line') }}
),

deal_share as (
    select * from {{ ref('int_order_to_cash__deal_share') }}
),

weighted as (
    select
        line.*,
        coalesce(deal_share.crm_system, '') as crm_system,
        coalesce(deal_share.opportunity_id, '') as opportunity_id,
        {{ to_minor('line.open_amount', 'line.minor_unit') }} as open_minor,
        {{ to_minor('abs(coalesce(deal_share.ordered_amount, 0))', 'line.minor_unit') }} as weight,
        row_number() over (
            partition by
                line.erp_system, line.document_id, line.entity, line.document_line_id
            order by deal_share.crm_system, deal_share.opportunity_id
        ) as place,
    from line
    left join deal_share
        on
            line.erp_system = deal_share.erp_system
            and line.order_id = deal_share.order_id
            and line.order_line_id = deal_share.order_line_id
),

shared as (
    {{ largest_remainder(
        'weighted', 'open_minor', 'weight', line_key, ['crm_system', 'opportunity_id'],
        'share_minor') }}
),

-- what the line holds below the minor unit stays with its first deal
final as (
    select
        {{ line_key | join(', ') }},
        crm_system,
        opportunity_id,
        currency,
        {{ amount_of_share(
            'share_minor', 'open_amount', 'open_minor', 'place = 1', 'minor_unit'
        ) }} as open_amount,
    from shared
)

select * from final
