-- one row per source row that could not be read or typed
with

letter as (
    select * from {{ source('raw_operations', 'dead_letter') }}
),

final as (
    select
        letter.system,
        letter.object,
        letter.source_key,
        letter.reason,
        letter.payload,
        letter.load_id,
        letter.first_seen_at,
        letter.last_seen_at,
        letter.status,
        letter.source_file,
        letter.source_row,
    from letter
    {%- if var('known_at', none) %}
    where letter.first_seen_at <= cast('{{ var("known_at") }}' as timestamp)
    {%- endif %}
)

select * from final
