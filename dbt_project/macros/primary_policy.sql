{#- Rows of a model by revenue policy, of the primary definition set's policy alone. -#}
{% macro under_primary_policy(model) -%}
    select * from {{ ref(model) }}
    where
        policy_id = (
            select policy_id from {{ source('definitions', 'definition_set') }}
            where is_primary
        )
{%- endmacro %}
