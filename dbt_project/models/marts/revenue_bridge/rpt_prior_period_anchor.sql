-- one row per late change to an anchor of a cell whose period was published as closed
-- published(P) + sum(changes of P) = current(P); the lines' changes are rpt_prior_period_adjustment
{%- set key = ['definition_id', 'entity', 'currency', 'period', 'anchor'] %}
with moved as (
    select {{ key | join(', ') }}, amount
    from {{ ref('rpt_bridge_anchor') }}
    union all
    select {{ key | join(', ') }}, -amount as amount
    from {{ ref('int_prior_period__published_anchor') }}
),

{{ late_changes('int_prior_period__published_anchor_adjustment', key) }}

select * from final
