-- one row per source_system and opportunity_field_history_id
with

source as (
    {{ current_rows('salesforce', 'opportunity_field_history') }}
),

final as (
    select
        'salesforce' as source_system,
        source.id as opportunity_field_history_id,
        source.opportunity_id,
        {{ clean_text('source.field') }} as field,
        source.old_value,
        source.new_value,
        source.created_by_id as changed_by_id,
        source.created_date as changed_at,
    from source
)

select * from final
