-- one row per late change to a line and record of a period that was published as closed
-- published(P) + sum(adjustments of P) = current(P): what was adjusted before stays
{%- set published = {} %}
{%- if execute %}
{%- for name in ['fct_bridge_atom', 'rpt_bridge_anchor', 'rpt_prior_period_adjustment'] %}
{%- do published.update({name: adapter.get_relation('published', 'revenue_bridge', name)}) %}
{%- endfor %}
{%- endif %}
{%- set key = ['definition_id', 'entity', 'currency', 'period', 'leg', 'line_code', 'record'] %}
{%- set record -%}
    concat_ws(
        ' > ',
        nullif(concat_ws(':', crm_system, nullif(opportunity_id, ''),
            nullif(opportunity_line_id, '')), ''),
        nullif(concat_ws(':', erp_system, nullif(document_type, ''), nullif(document_id, ''),
            nullif(document_line_id, '')), '')
    )
{%- endset %}
with current_atom as (select * from {{ ref('fct_bridge_atom') }}),

published_atom as (
    {%- if published.get('fct_bridge_atom') and published.get('rpt_bridge_anchor') %}
    select * from {{ published['fct_bridge_atom'] }}
    {%- else %}
    select * from current_atom
    where false
    {%- endif %}
),

closed_period as (
    {%- if published.get('rpt_bridge_anchor') %}
    select definition_id, period
    from {{ published['rpt_bridge_anchor'] }}
    where is_closed
    group by definition_id, period
    {%- else %}
    select definition_id, period from current_atom
    where false
    {%- endif %}
),

moved as (
    select
        definition_id, entity, currency, period, leg, line_code, {{ record }} as record, amount
    from current_atom
    union all
    select
        definition_id, entity, currency, period, leg, line_code, {{ record }} as record,
        -amount as amount
    from published_atom
),

late as (
    select
        moved.definition_id,
        moved.entity,
        moved.currency,
        moved.period,
        moved.leg,
        moved.line_code,
        moved.record,
        cast(sum(moved.amount) as decimal(28, 4)) as amount,
        max(run.as_of) as first_seen_at,
    from moved
    inner join closed_period
        on
            moved.definition_id = closed_period.definition_id
            and moved.period = closed_period.period
    cross join {{ ref('int_bridge__run') }} as run
    group by
        moved.definition_id, moved.entity, moved.currency, moved.period,
        moved.leg, moved.line_code, moved.record
),

known as (
    {%- if published.get('rpt_prior_period_adjustment') %}
    select {{ key | join(', ') }}, amount, first_seen_at
    from {{ published['rpt_prior_period_adjustment'] }}
    union all
    {%- endif %}
    select {{ key | join(', ') }}, amount, first_seen_at from late
),

final as (
    select
        definition_id,
        entity,
        currency,
        period,
        leg,
        line_code,
        cast(sum(amount) as decimal(28, 4)) as amount,
        record,
        first_seen_at,
    from known
    group by {{ key | join(', ') }}, first_seen_at
    having sum(amount) <> 0
)

select * from final
