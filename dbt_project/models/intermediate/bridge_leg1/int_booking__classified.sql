-- one row per definition set and won opportunity: whether it counts, what a missing order means
with calendar as (select * from {{ ref('int_reference__business_calendar') }}),

known_entity as (
    select definition_id, entity from calendar
    group by definition_id, entity
),

-- Deals without an entity of their own count the days that are holidays nowhere in particular.
by_definition as (
    select
        booking.*,
        coalesce(known_entity.entity, '*') as calendar_entity,
        booking.booking_date > cast({{ as_of() }} as date) as is_booked_ahead,
    from {{ ref('int_booking__by_definition') }} as booking
    left join known_entity
        on
            booking.definition_id = known_entity.definition_id
            and booking.entity = known_entity.entity
),

duplicate as (select * from {{ ref('int_booking__duplicate') }}),

-- orders that may be the deal's wait for a person
waiting as (
    select
        crm_system,
        opportunity_id,
    from {{ ref('int_order_link__judged_pair') }}
    where verdict = 'review'
    group by crm_system, opportunity_id
),

aged as (
    select
        by_definition.*,
        duplicate.rule as duplicate_rule,
        duplicate.survivor_opportunity_id,
        waiting.opportunity_id is not null as waits_for_link_review,
        -- A booking before the calendar starts is as old as the calendar; one ahead has no age yet.
        case
            when by_definition.is_booked_ahead then 0
            when booked.business_day_number is null then today.business_day_number
            else {{ business_days_between(
                'booked.business_day_number', 'today.business_day_number') }}
        end as age_business_days,
    from by_definition
    left join duplicate
        on
            by_definition.definition_id = duplicate.definition_id
            and by_definition.crm_system = duplicate.crm_system
            and by_definition.opportunity_id = duplicate.opportunity_id
    left join waiting
        on
            by_definition.crm_system = waiting.crm_system
            and by_definition.opportunity_id = waiting.opportunity_id
    left join calendar as booked
        on
            by_definition.definition_id = booked.definition_id
            and by_definition.calendar_entity = booked.entity
            and by_definition.booking_date = booked.date
    left join calendar as today
        on
            by_definition.definition_id = today.definition_id
            and by_definition.calendar_entity = today.entity
            and today.date = cast({{ as_of() }} as date)
),

final as (
    select
        definition_id,
        crm_system,
        opportunity_id,
        account_id,
        customer_key,
        entity,
        currency,
        minor_unit,
        amount,
        booking_date,
        period,
        is_ordered,
        sla_business_days,
        rounding_tolerance_minor_units,
        age_business_days,
        survivor_opportunity_id,
        case
            when rejected_code <> '' then rejected_code
            when survivor_opportunity_id is not null then '1.02'
            else ''
        end as deal_code,
        case
            when rejected_code <> '' then rejected_detail
            when survivor_opportunity_id is not null then duplicate_rule
            else ''
        end as deal_detail,
        case
            when has_cancelled_order and not has_pending_order and not is_ordered then '1.08'
            when not is_account_mapped then '1.05'
            when age_business_days <= sla_business_days then '1.07'
            when age_business_days > sla_business_days then '1.06'
            else '1.99'
        end as unordered_code,
        case
            when is_ordered and waits_for_link_review then 'waits_for_link_review'
            when is_ordered then 'line_not_ordered'
            when has_pending_order then 'order_pending_approval'
            when has_cancelled_order then 'order_cancelled'
            when waits_for_link_review then 'waits_for_link_review'
            else 'no_order'
        end as unordered_detail,
    from aged
)

select * from final
