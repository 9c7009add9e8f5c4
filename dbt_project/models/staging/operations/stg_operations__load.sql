-- one row per system and load that is whole and known to this run
with

{% for system in var('crm_systems') + var('erp_systems') %}
{{ system }}_load as (
    select
        '{{ system }}' as system,
        load.load_id,
        cast(load.inserted_at as timestamp) as inserted_at,
    from {{ source('raw_' ~ system, '_dlt_loads') }} as load
    where load.status = 0
),

{% endfor %}
whole as (
    {% for system in var('crm_systems') + var('erp_systems') -%}
    select * from {{ system }}_load
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

audit as (
    select
        audit.system,
        audit.load_id,
        min(audit.loaded_at) as loaded_at,
        max(case when audit.watermark <= audit.loaded_at then audit.watermark end) as watermark,
    from {{ source('raw_operations', 'load_audit') }} as audit
    group by audit.system, audit.load_id
),

final as (
    select
        whole.system,
        whole.load_id,
        coalesce(audit.loaded_at, whole.inserted_at) as loaded_at,
        coalesce(audit.watermark, audit.loaded_at, whole.inserted_at) as watermark,
    from whole
    left join audit on whole.system = audit.system and whole.load_id = audit.load_id
    {% if known_at() -%}
    where coalesce(audit.loaded_at, whole.inserted_at) <= {{ known_at() }}
    {%- endif %}
)

select * from final
