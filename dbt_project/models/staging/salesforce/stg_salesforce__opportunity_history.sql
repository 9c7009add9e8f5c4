-- one row per source_system and opportunity_history_id
with

source as (
    {{ current_rows('salesforce', 'opportunity_history') }}
),

final as (
    select
        'salesforce' as source_system,
        source.id as opportunity_history_id,
        source.opportunity_id,
        {{ clean_text('source.stage_name') }} as stage_name,
        {{ money('source.amount') }} as amount,
        source.close_date,
        source.probability,
        source.created_by_id as changed_by_id,
        coalesce(source.is_deleted, false) as is_deleted,
        source.created_date as changed_at,
    from source
)

select * from final
