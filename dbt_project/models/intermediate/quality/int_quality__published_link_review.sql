-- one row per order and deal that waited for a decision in the last publication
{{ config(materialized='ephemeral') }}

with

review as (
    {{ published_rows('opportunity_to_order', 'rpt_order_link_review', {
        'erp_system': 'string',
        'order_id': 'string',
        'crm_system': 'string',
        'opportunity_id': 'string',
        'first_seen_at': 'timestamp',
    }) }}
),

final as (
    select review.*
    from review
    where review.first_seen_at <= {{ as_of() }}
)

select * from final
