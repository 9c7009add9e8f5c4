-- one row per record, field and landed change that the field's ownership rule sends to a person
with

version as (
    select * from {{ ref('int_customer__version') }}
),

ownership as (
    select ownership.*
    from {{ source('definitions', 'field_ownership') }} as ownership
    inner join {{ source('definitions', 'definition_set') }} as definition_set
        on ownership.definition_id = definition_set.definition_id
    where definition_set.is_primary
),

field_version as (
    {%- for field in ['legal_customer_name', 'tax_region', 'tax_id'] %}
    select
        source_system,
        object,
        record_id,
        load_id,
        coalesce(modified_at, loaded_at) as changed_at,
        '{{ field }}' as field,
        {{ field }} as new_value,
        lag({{ field }}) over (
            partition by source_system, object, record_id order by load_id
        ) as old_value,
        lag(load_id) over (
            partition by source_system, object, record_id order by load_id
        ) as earlier_load_id,
    from version
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        field_version.source_system as system,
        field_version.object,
        field_version.record_id as source_key,
        field_version.field,
        field_version.old_value,
        field_version.new_value,
        field_version.changed_at,
        coalesce(ownership.review_required, false) as requires_review,
        case
            when ownership.review_required
                then 'Finance reviews every change of ' || field_version.field
            else 'recorded: ' || field_version.field || ' is not under review'
        end as reason,
        case when ownership.review_required then 'open' else 'recorded' end as status,
    from field_version
    left join ownership on field_version.field = ownership.field
    where
        field_version.earlier_load_id is not null
        and field_version.new_value is distinct from field_version.old_value
)

select * from final
