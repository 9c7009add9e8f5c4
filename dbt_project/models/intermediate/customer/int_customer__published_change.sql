-- one row per change of a record's customer that earlier nights learned of without a day of its own
{{ config(materialized='ephemeral') }}

with

change as (
    {{ published_rows('account_mapping', 'rpt_customer_change', {
        'source_system': 'string',
        'record_type': 'string',
        'record_id': 'string',
        'changed_on': 'date',
        'kind': 'string',
        'from_customer_key': 'string',
        'to_customer_key': 'string',
        'is_restated': 'boolean',
        'reason': 'string',
    }) }}
)

select *
from change
where is_restated and changed_on <= cast({{ as_of() }} as date)
