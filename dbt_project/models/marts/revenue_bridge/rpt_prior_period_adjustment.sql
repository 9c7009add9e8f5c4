-- one row per late change to a line and record of a period that was published as closed
-- published(P) + sum(adjustments of P) = current(P): what was adjusted before stays
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
with locked as (select * from {{ ref('int_prior_period__locked') }}),

moved as (
    select
        definition_id, entity, currency, period, leg, line_code, {{ record }} as record, amount
    from {{ ref('fct_bridge_atom') }}
    union all
    select
        definition_id, entity, currency, period, leg, line_code, {{ record }} as record,
        -amount as amount
    from {{ ref('int_prior_period__published_atom') }}
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
    from {{ ref('int_prior_period__published_adjustment') }}
    union all
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
