-- one row per two records of one side that waited for a decision in the last publication
{{ config(materialized='ephemeral') }}

with

review as (
    {{ published_rows('account_mapping', 'rpt_duplicate_review', {
        'source_system': 'string',
        'record_type': 'string',
        'record_id': 'string',
        'other_record_id': 'string',
        'first_seen_at': 'timestamp',
    }) }}
),

final as (
    select review.*
    from review
    where review.first_seen_at <= {{ as_of() }}
)

select * from final
