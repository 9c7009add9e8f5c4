-- one row per source_system and contact_id of either side, with the record it is attached to
{{ config(materialized='ephemeral') }}

with

crm_contact as (
    {{ union_systems(var('crm_systems'), 'contact') }}
),

erp_contact as (
    {{ union_systems(var('erp_systems'), 'contact') }}
),

final as (
    select
        source_system,
        contact_id,
        'account' as record_type,
        account_id as record_id,
        contact_name,
        title,
        email,
        phone,
        cast(null as {{ dbt.type_string() }}) as crm_contact_id,
        not is_deleted as is_active,
        created_at,
        modified_at,
    from crm_contact
    union all
    select
        source_system,
        contact_id,
        'erp_customer' as record_type,
        erp_customer_id as record_id,
        contact_name,
        title,
        email,
        phone,
        crm_contact_id,
        not is_inactive as is_active,
        created_at,
        modified_at,
    from erp_contact
)

select * from final
