-- one row per source_system and contact_id
with

source as (
    {{ current_rows('salesforce', 'contact') }}
),

final as (
    select
        'salesforce' as source_system,
        source.id as contact_id,
        source.account_id,
        {{ clean_text('source.first_name') }} as first_name,
        {{ clean_text('source.last_name') }} as last_name,
        {{ clean_text('source.name') }} as contact_name,
        lower({{ clean_text('source.email') }}) as email,
        {{ web_domain('source.email') }} as email_domain,
        {{ clean_text('source.phone') }} as phone,
        {{ clean_text('source.title') }} as title,
        coalesce(source.is_deleted, false) as is_deleted,
        source.created_date as created_at,
        coalesce(source.system_modstamp, source.last_modified_date) as modified_at,
    from source
)

select * from final
