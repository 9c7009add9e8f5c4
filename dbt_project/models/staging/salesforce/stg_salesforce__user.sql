-- one row per source_system and user_id
with

source as (
    {{ current_rows('salesforce', 'user') }}
),

final as (
    select
        'salesforce' as source_system,
        source.id as user_id,
        {{ clean_text('source.name') }} as user_name,
        lower({{ clean_text('source.email') }}) as email,
        {{ clean_text('source.username') }} as login,
        {{ clean_text('source.employee_number') }} as employee_number,
        source.manager_id as manager_user_id,
        {{ clean_text('source.department') }} as department,
        coalesce(source.is_active, true) as is_active,
        source.system_modstamp as modified_at,
    from source
)

select * from final
