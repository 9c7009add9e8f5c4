-- one row per source_system and employee_id
with

source as (
    {{ netsuite_rows('employee') }}
),

final as (
    select
        'netsuite' as source_system,
        source.id as employee_id,
        coalesce(
            {{ clean_text("concat_ws(' ', source.firstname, source.lastname)") }},
            {{ clean_text('source.entityid') }}
        ) as employee_name,
        {{ clean_text('source.entityid') }} as employee_number,
        lower({{ clean_text('source.email') }}) as email,
        source.subsidiary as entity_id,
        source.supervisor as supervisor_id,
        {{ clean_text('source.department') }} as department,
        coalesce(source.isinactive, false) as is_inactive,
    from source
)

select * from final
