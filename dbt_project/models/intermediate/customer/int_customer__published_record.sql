-- one row per record that the last publication knew, with its customer of that night
{{ config(materialized='ephemeral') }}

with

record as (
    {{ published_rows('account_mapping', 'map_customer_record', {
        'source_system': 'string',
        'record_type': 'string',
        'record_id': 'string',
        'customer_key': 'string',
        'valid_to': 'date',
    }) }}
),

published_run as (
    {{ published_rows('operations', 'run', {'as_of': 'timestamp'}) }}
),

final as (
    select
        record.source_system,
        record.record_type,
        record.record_id,
        record.customer_key,
    from record
    cross join published_run
    where
        record.valid_to = cast('9999-12-31' as date)
        -- a past state rebuilt has nothing to do with what is published today
        and published_run.as_of <= {{ as_of() }}
)

select * from final
