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
