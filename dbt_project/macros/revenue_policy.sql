{#- Rows of a model by revenue policy, of the primary definition set's policy alone. -#}
{% macro under_primary_policy(model) -%}
    select * from {{ ref(model) }}
    where
        policy_id = (
            select policy_id from {{ source('definitions', 'definition_set') }}
            where is_primary
        )
{%- endmacro %}

{#- One row per revenue policy of any definition set. -#}
{% macro revenue_policies() -%}
    select policy_id from {{ source('definitions', 'definition_set') }}
    group by policy_id
{%- endmacro %}

{#- One row per revenue policy and obligation that we have a schedule of. -#}
{% macro scheduled_obligations() -%}
    select
        policy_id,
        erp_system,
        obligation_id
    from {{ ref('int_revenue__obligation_version') }}
    where recognition <> 'none'
    group by policy_id, erp_system, obligation_id
{%- endmacro %}
