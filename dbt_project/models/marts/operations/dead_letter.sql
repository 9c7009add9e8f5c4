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
    {%- if known_at() %}
    where letter.first_seen_at <= {{ known_at() }}
    {%- endif %}
)

select * from final
