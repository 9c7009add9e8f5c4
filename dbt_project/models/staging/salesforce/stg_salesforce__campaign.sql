-- one row per source_system and campaign_id
with

source as (
    {{ current_rows('salesforce', 'campaign') }}
),

final as (
    select
        'salesforce' as source_system,
        source.id as campaign_id,
        {{ clean_text('source.name') }} as campaign_name,
        {{ clean_text('source.type') }} as campaign_type,
        {{ clean_text('source.status') }} as status,
        source.start_date,
        source.end_date,
        {{ money('source.budgeted_cost') }} as budgeted_cost,
        {{ money('source.actual_cost') }} as actual_cost,
        coalesce(source.is_deleted, false) as is_deleted,
        source.system_modstamp as modified_at,
    from source
)

select * from final
