-- one row per source_system and contact_id
{{ config(materialized='ephemeral') }}

with

source as (
    {{ netsuite_rows('contact') }}
),

final as (
    select
        'netsuite' as source_system,
        source.id as contact_id,
        source.company as erp_customer_id,
        {{ clean_text('source.firstname') }} as first_name,
        {{ clean_text('source.lastname') }} as last_name,
        coalesce(
            {{ clean_text("concat_ws(' ', source.firstname, source.lastname)") }},
            {{ clean_text('source.entityid') }}
        ) as contact_name,
        lower({{ clean_text('source.email') }}) as email,
        {{ web_domain('source.email') }} as email_domain,
        {{ clean_text('source.phone') }} as phone,
        {{ clean_text('source.title') }} as title,
        {{ crm_record_id('coalesce(source.custentity_sf_contact_id, source.externalid)') }}
            as crm_contact_id,
        coalesce(source.isinactive, false) as is_inactive,
        source.datecreated as created_at,
        source.lastmodifieddate as modified_at,
    from source
)

select * from final
