-- one row per run: limits within which orders and deals are linked, of the primary definitions
with

threshold as (
    select threshold.*
    from {{ source('definitions', 'matching_threshold') }} as threshold
    inner join {{ source('definitions', 'definition_set') }} as definition_set
        on threshold.definition_id = definition_set.definition_id
    where definition_set.is_primary
),

-- how far apart two equal deals may close to be one deal entered twice
duplicate as (
    select max(setting.duplicate_window_days) as duplicate_window_days
    from {{ source('definitions', 'definition_setting') }} as setting
    inner join {{ source('definitions', 'definition_set') }} as definition_set
        on setting.definition_id = definition_set.definition_id
    where definition_set.is_primary
)

select
    {{ order_link_limit('window_days', 365) }},
    {{ order_link_limit('days_before_close', 30) }},
    {{ order_link_limit('days_after_close', 90) }},
    {{ order_link_limit('accept_points', 16) }},
    {{ order_link_limit('review_points', 9) }},
    {{ order_link_limit('margin_points', 3) }},
    max(duplicate.duplicate_window_days) as duplicate_window_days,
from duplicate
left join threshold on true
