-- one row per run: limits within which an order is linked with a deal, of the primary definition set
with

threshold as (
    select threshold.*
    from {{ source('definitions', 'matching_threshold') }} as threshold
    inner join {{ source('definitions', 'definition_set') }} as definition_set
        on threshold.definition_id = definition_set.definition_id
    where definition_set.is_primary
)

select
{%- for name, default in {
    'window_days': 365,
    'days_before_close': 30,
    'days_after_close': 90,
    'accept_points': 16,
    'review_points': 9,
    'margin_points': 3,
}.items() %}
    cast(
        coalesce(max(case when threshold = 'order_link_{{ name }}' then value end), {{ default }})
        as integer
    ) as {{ name }},
{%- endfor %}
from threshold
