-- one row per late change to an anchor of a cell whose period was published as closed
-- published(P) + sum(changes of P) = current(P); the lines' changes are rpt_prior_period_adjustment
{%- set key = ['definition_id', 'entity', 'currency', 'period', 'anchor'] %}
with locked as (select * from {{ ref('int_prior_period__locked') }}),

moved as (
    select {{ key | join(', ') }}, amount
    from {{ ref('rpt_bridge_anchor') }}
    union all
    select {{ key | join(', ') }}, -amount as amount
    from {{ ref('int_prior_period__published_anchor') }}
),

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
    from {{ ref('int_prior_period__published_anchor_adjustment') }}
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

select * from final
