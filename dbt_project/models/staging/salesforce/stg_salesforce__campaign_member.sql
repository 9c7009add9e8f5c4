-- one row per source_system and campaign_member_id
with

source as (
    {{ current_rows('salesforce', 'campaign_member') }}
),

final as (
    select
        'salesforce' as source_system,
        source.id as campaign_member_id,
        source.campaign_id,
        source.contact_id,
        source.lead_id,
        {{ clean_text('source.status') }} as status,
        source.first_responded_date,
        coalesce(source.is_deleted, false) as is_deleted,
        source.system_modstamp as modified_at,
    from source
)

select * from final
