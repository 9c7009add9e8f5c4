-- one row per erp_system, erp_customer_id and entity_id that may sell to the customer
{{ config(materialized='ephemeral') }}

with

customer_entity as (
    {{ union_systems(var('erp_systems'), 'customer_entity') }}
)

select
    customer_entity.source_system as erp_system,
    customer_entity.* exclude (source_system),
from customer_entity
