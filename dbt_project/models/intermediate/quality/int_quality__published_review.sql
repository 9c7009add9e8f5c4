-- one row per CRM account and ERP customer that waited for a decision in the last publication
{{ config(materialized='ephemeral') }}

with

review as (
    {{ published_rows('account_mapping', 'rpt_match_review', {
        'crm_system': 'string',
        'crm_account_id': 'string',
        'erp_system': 'string',
        'erp_customer_id': 'string',
        'first_seen_at': 'timestamp',
    }) }}
),

final as (
    select review.*
    from review
    where review.first_seen_at <= {{ as_of() }}
)

select * from final
