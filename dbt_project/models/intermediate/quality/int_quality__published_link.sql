-- one row per CRM account and ERP customer that the last publication linked, as of its own date
{{ config(materialized='ephemeral') }}

with

link as (
    {{ published_rows('account_mapping', 'map_account_customer', {
        'crm_system': 'string',
        'crm_account_id': 'string',
        'erp_system': 'string',
        'erp_customer_id': 'string',
        'customer_key': 'string',
        'match_rule': 'string',
        'evidence_grade': 'string',
        'valid_from': 'date',
        'valid_to': 'date',
    }) }}
),

published_run as (
    {{ published_rows('operations', 'run', {'as_of': 'timestamp'}) }}
),

final as (
    select
        link.crm_system,
        link.crm_account_id,
        link.erp_system,
        link.erp_customer_id,
        link.customer_key,
        link.match_rule,
        link.evidence_grade,
        published_run.as_of as published_as_of,
    from link
    cross join published_run
    where
        link.valid_from <= cast(published_run.as_of as date)
        and link.valid_to > cast(published_run.as_of as date)
        -- a past state rebuilt has nothing to do with what is published today
        and published_run.as_of <= {{ as_of() }}
)

select * from final
