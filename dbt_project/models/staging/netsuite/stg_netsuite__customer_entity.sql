-- one row per source_system, erp_customer_id and entity_id that may sell to the customer
{{ config(materialized='ephemeral') }}

with

relationship as (
    {{ netsuite_rows('customer_subsidiary_relationship') }}
),

final as (
    select
        'netsuite' as source_system,
        entity as erp_customer_id,
        subsidiary as entity_id,
        max(case when isprimarysub then 1 else 0 end) = 1 as is_primary,
    from relationship
    group by entity, subsidiary
)

select * from final
