-- one row per erp_system and legal entity
{{ config(materialized='view') }}

with

entity as (
    {{ union_systems(var('erp_systems'), 'entity') }}
),

final as (
    select
        entity.source_system as erp_system,
        entity.entity_id,
        coalesce(entity.entity, 'entity ' || entity.entity_id) as entity,
        entity.legal_name,
        entity.currency,
        entity.country,
        entity.parent_entity_id,
        entity.is_elimination,
        entity.is_inactive,
    from entity
)

select * from final
