{#-
  One row per definition set, entity, currency, month and leg in which left anchor + items is not the right
  anchor: none, where the bridge holds.
    anchor, bridge   models of the anchors and of the items
    currency         the column of both that their amounts are in
-#}
{% macro bridge_differences(anchor, bridge, currency) -%}
{%- set legs = {1: ('bookings', 'orders'), 2: ('orders', 'billings'),
                3: ('billings', 'revenue'), 4: ('billings', 'cash')} -%}
{%- set cell = ['definition_id', 'entity', currency, 'period'] | join(', ') -%}
with measured as (
    {%- for leg, anchors in legs.items() %}
    select
        {{ cell }}, {{ leg }} as leg,
        case when anchor = '{{ anchors[0] }}' then amount else -amount end as amount
    from {{ ref(anchor) }}
    where anchor in ('{{ anchors[0] }}', '{{ anchors[1] }}')
    union all
    {%- endfor %}
    select {{ cell }}, leg, amount
    from {{ ref(bridge) }}
)

select {{ cell }}, leg, sum(amount) as difference
from measured
group by {{ cell }}, leg
having sum(amount) <> 0
{%- endmacro %}

{#-
  What changed late in periods that were published as closed, beside what was told of it before, as CTEs
  down to `final`: key columns, amount and first_seen_at. Reads the CTE `moved`: what is now, and what
  was published with the other sign.
    published_adjustment   model of what was told before
    key                    key columns, definition_id and period among them
-#}
{% macro late_changes(published_adjustment, key) -%}
locked as (select * from {{ ref('int_prior_period__locked') }}),

late as (
    select
        {%- for column in key %}
        moved.{{ column }},
        {%- endfor %}
        cast(sum(moved.amount) as decimal(28, 4)) as amount,
        max(run.as_of) as first_seen_at,
    from moved
    inner join locked
        on moved.definition_id = locked.definition_id and moved.period = locked.period
    cross join {{ ref('int_bridge__run') }} as run
    group by
        {%- for column in key %}
        moved.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
),

known as (
    select {{ key | join(', ') }}, amount, first_seen_at
    from {{ ref(published_adjustment) }}
    union all
    select {{ key | join(', ') }}, amount, first_seen_at from late
),

final as (
    select
        {{ key | join(', ') }},
        cast(sum(amount) as decimal(28, 4)) as amount,
        first_seen_at,
    from known
    group by {{ key | join(', ') }}, first_seen_at
    having sum(amount) <> 0
)
{%- endmacro %}
