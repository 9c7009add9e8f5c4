-- one row per night, scope and currency that the last publication reports the quality of
{{ config(materialized='ephemeral') }}

with

night as (
    {{ published_rows('account_mapping', 'rpt_match_quality', match_night_columns()) }}
),

final as (
    select night.*
    from night
    where night.as_of <= {{ as_of() }}
)

select * from final
