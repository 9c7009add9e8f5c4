-- one row per load that the last publication had seen
{{ config(materialized='ephemeral') }}

with

audit as (
    {{ published_rows('operations', 'load_audit', {'load_id': 'string', 'system': 'string'}) }}
),

final as (
    select
        load_id,
        system,
    from audit
    group by load_id, system
)

select * from final
