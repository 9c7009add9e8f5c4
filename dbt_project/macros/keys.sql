{#- Surrogate key: a hash over the named grain columns; null and '' are told apart. -#}
{% macro surrogate_key(columns) -%}
    md5(concat_ws('|'
    {%- for column in columns -%}
        , coalesce(replace(cast({{ column }} as {{ dbt.type_string() }}), '|', '||'), '~')
    {%- endfor -%}
    ))
{%- endmacro %}

{#- Union of stg_<system>__<entity> over the systems of one list (crm_systems or erp_systems). -#}
{% macro union_systems(systems, entity) -%}
    {%- for system in systems %}
    select * from {{ ref('stg_' ~ system ~ '__' ~ entity) }}
    {%- if not loop.last %}
    union all by name
    {%- endif %}
    {%- endfor %}
{%- endmacro %}

{#- What names a product on a CRM line: its id, else its code. -#}
{% macro product_key(alias) -%}
    coalesce({{ alias }}.product_id, 'code:' || {{ normalise_sku(alias ~ '.product_code') }})
{%- endmacro %}

{#-
  Connected components by a fixed number of rounds in which every record takes the least label among the
  records that share one of its tokens. Emits the CTEs round_0 .. round_n and `component`(record_key,
  component_key); the label orders by `age_column` and then by the record's key, so that a component is
  named after its oldest record. `rounds` bounds the length of the longest chain of links (2 ^ rounds is
  not reached; chains longer than `rounds` stay apart, which the test of the model would show).
-#}
{% macro component_rounds(record, token, record_key, age_column, rounds) -%}
round_0 as (
    select
        {{ record_key }},
        coalesce(cast({{ age_column }} as {{ dbt.type_string() }}), '9999') || '|' || {{ record_key }}
            as label
    from {{ record }}
)
{%- for number in range(1, rounds + 1) %},

token_{{ number }} as (
    select
        {{ token }}.token,
        min(previous.label) as label
    from {{ token }}
    inner join round_{{ number - 1 }} as previous on {{ token }}.{{ record_key }} = previous.{{ record_key }}
    group by {{ token }}.token
),

round_{{ number }} as (
    select
        previous.{{ record_key }},
        least(previous.label, coalesce(min(token_{{ number }}.label), previous.label)) as label
    from round_{{ number - 1 }} as previous
    left join {{ token }} on previous.{{ record_key }} = {{ token }}.{{ record_key }}
    left join token_{{ number }} on {{ token }}.token = token_{{ number }}.token
    group by previous.{{ record_key }}, previous.label
)
{%- endfor %},

component as (
    select
        {{ record_key }},
        substr(label, {{ dbt.position("'|'", 'label') }} + 1) as component_key
    from round_{{ rounds }}
)
{%- endmacro %}

{#- The rows of `lines` that no row of `pairs` names, compared by key columns; named columns after that. -#}
{% macro unpaired(lines, pairs, key) -%}
    select line.*
    from {{ lines }} as line
    left join (
        select {{ key | join(', ') }} from {{ pairs }} group by {{ key | join(', ') }}
    ) as paired
        on
        {%- for column in key %}
            line.{{ column }} = paired.{{ column }}{{ ' and' if not loop.last }}
        {%- endfor %}
    where paired.{{ key[0] }} is null
{%- endmacro %}
