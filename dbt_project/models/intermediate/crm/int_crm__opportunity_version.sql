-- one row per opportunity and version_number: what the CRM said of it from a change to the next one
{%- set fields = ['stage', 'close_date', 'amount', 'currency', 'deleted'] %}
with

change as (
    select * from {{ ref('int_crm__opportunity_change') }}
),

stage as (
    select * from {{ ref('int_crm__stage') }}
),

latest as (
    select * from {{ ref('int_crm__opportunity_latest') }}
),

-- Version 0 is the deal as it was entered; each change starts another one.
moment as (
    select
        latest.crm_system,
        latest.opportunity_id,
        0 as version_number,
        latest.created_at as valid_from,
    from latest
    union all
    select
        crm_system,
        opportunity_id,
        change_number as version_number,
        changed_at as valid_from,
    from change
),

-- The value before a field's first change is the one that the change replaced.
first_change as (
    select
        change.*,
        row_number() over (
            partition by crm_system, opportunity_id, field order by change_number
        ) as place,
    from change
),

entered as (
    select
        crm_system,
        opportunity_id,
        {%- for field in fields %}
        max(case when field = '{{ field }}' then 1 else 0 end) as has_{{ field }},
        max(case when field = '{{ field }}' then from_value end) as {{ field }},
        {%- endfor %}
    from first_change
    where place = 1
    group by crm_system, opportunity_id
),

told as (
    select
        moment.*,
        change.field as changed_field,
        change.from_value,
        change.to_value,
        change.changed_by_id,
        change.source,
        change.source_id,
        {%- for field, now in [
            ('stage', 'latest.stage_name'), ('close_date', 'latest.close_date'),
            ('amount', 'latest.amount'), ('currency', 'latest.currency'),
            ('deleted', 'latest.is_deleted'),
        ] %}
        -- '' is an empty field, which is not the same as one that nothing was told of
        case
            when moment.version_number = 0 and entered.has_{{ field }} = 1
                then coalesce(entered.{{ field }}, '')
            when moment.version_number = 0
                then coalesce(cast({{ now }} as {{ dbt.type_string() }}), '')
            when change.field = '{{ field }}' then coalesce(change.to_value, '')
        end as told_{{ field }},
        {%- endfor %}
    from moment
    inner join latest
        on
            moment.crm_system = latest.crm_system
            and moment.opportunity_id = latest.opportunity_id
    left join change
        on
            moment.crm_system = change.crm_system
            and moment.opportunity_id = change.opportunity_id
            and moment.version_number = change.change_number
    left join entered
        on
            moment.crm_system = entered.crm_system
            and moment.opportunity_id = entered.opportunity_id
),

filled as (
    select
        told.* exclude (told_{{ fields | join(', told_') }}),
        {%- for field in fields %}
        nullif(last_value(told_{{ field }} ignore nulls) over so_far, '') as {{ field }},
        {%- endfor %}
    from told
    window
        so_far as (
            partition by crm_system, opportunity_id order by version_number
            rows between unbounded preceding and current row
        )
),

final as (
    select
        filled.crm_system,
        filled.opportunity_id,
        filled.version_number,
        filled.valid_from,
        lead(filled.valid_from) over in_order as valid_to,
        filled.changed_field,
        filled.from_value,
        filled.to_value,
        filled.changed_by_id,
        filled.source,
        filled.source_id,
        {{ cast_or_null('filled.amount', 'decimal(28, 4)') }} as amount,
        coalesce(filled.currency, 'XXX') as currency,  -- ISO 4217: no currency
        {{ cast_or_null('filled.close_date', 'date') }} as close_date,
        filled.stage as stage_name,
        coalesce(stage.is_won, false) as is_won,
        coalesce(stage.is_closed, false) as is_closed,
        coalesce(filled.deleted = 'true', false) as is_deleted,
    from filled
    left join stage
        on filled.crm_system = stage.crm_system and filled.stage = stage.stage_name
    window in_order as (
        partition by filled.crm_system, filled.opportunity_id order by filled.version_number
    )
)

select * from final
