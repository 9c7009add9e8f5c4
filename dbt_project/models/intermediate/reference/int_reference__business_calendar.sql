-- one row per definition_id, entity ('*' for deals without one) and date of the last ten years
with

definition as (
    select definition_id from {{ source('definitions', 'definition_set') }}
),

holiday as (
    select
        definition_id,
        entity,
        holiday,
    from {{ source('definitions', 'holiday') }}
),

weekend as (
    select * from {{ source('definitions', 'weekend') }}
),

entity as (
    select entity from {{ ref('int_reference__entity') }}
    group by entity
    union all
    select '*' as entity
),

span as (
    select
        cast({{ as_of() }} as date) as last_date,
        cast({{ as_of() }} - interval '10' year as date) as first_date
),

spine as (
    {{ date_spine_rows('(select span.first_date from span)', '(select span.last_date from span)') }}
),

day as (
    select
        definition.definition_id,
        entity.entity,
        spine.calendar_date as date,
        case
            when coalesce(own_week.is_weekend, week.is_weekend) then 0
            when everywhere.holiday is not null or own.holiday is not null then 0
            else 1
        end as is_business_day,
    from definition
    cross join entity
    cross join spine
    left join weekend as week
        on
            definition.definition_id = week.definition_id
            and week.entity = '*'
            and {{ iso_day_of_week('spine.calendar_date') }} = week.iso_day_of_week
            and spine.calendar_date >= week.valid_from
            and spine.calendar_date < week.valid_to
    left join weekend as own_week
        on
            definition.definition_id = own_week.definition_id
            and entity.entity <> '*'
            and entity.entity = own_week.entity
            and {{ iso_day_of_week('spine.calendar_date') }} = own_week.iso_day_of_week
            and spine.calendar_date >= own_week.valid_from
            and spine.calendar_date < own_week.valid_to
    left join holiday as everywhere
        on
            definition.definition_id = everywhere.definition_id
            and everywhere.entity = '*'
            and spine.calendar_date = everywhere.holiday
    left join holiday as own
        on
            definition.definition_id = own.definition_id
            and entity.entity <> '*'
            and entity.entity = own.entity
            and spine.calendar_date = own.holiday
),

final as (
    select
        day.definition_id,
        day.entity,
        day.date,
        day.is_business_day = 1 as is_business_day,
        cast(
            sum(day.is_business_day) over (
                partition by day.definition_id, day.entity order by day.date
                rows between unbounded preceding and current row
            ) as integer
        ) as business_day_number,
    from day
)

select * from final
