-- one row per order and what blocks lines of it, with its deals and its age
with

blocked_line as (
    select * from {{ ref('int_order_to_cash__blocked_line') }}
),

order_line as (
    select * from {{ ref('int_erp__order_line') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

membership as (
    select * from {{ ref('int_customer__membership') }}
    where record_type = 'erp_customer'
),

deal as (
    select * from {{ ref('int_booking__deal') }}
),

calendar as (
    select
        calendar.entity,
        calendar.date,
        calendar.business_day_number,
    from {{ ref('int_reference__business_calendar') }} as calendar
    inner join {{ source('definitions', 'definition_set') }} as definition_set
        on calendar.definition_id = definition_set.definition_id
    where definition_set.is_primary
),

known_entity as (
    select entity from calendar
    group by entity
),

slice as (
    select crm_system, opportunity_id, erp_system, order_id
    from {{ ref('int_order_link__allocation') }}
    group by crm_system, opportunity_id, erp_system, order_id
),

order_deal as (
    select
        slice.erp_system,
        slice.order_id,
        {{ string_list('slice.opportunity_id', 'slice.opportunity_id') }} as opportunity_ids,
        min(coalesce(deal.owner_name, deal.owner_id)) as owner,
    from slice
    left join deal
        on slice.crm_system = deal.crm_system and slice.opportunity_id = deal.opportunity_id
    group by slice.erp_system, slice.order_id
),

-- An order of several entities has its first; the lines of an order share their currency.
blocked as (
    select
        blocked_line.erp_system,
        blocked_line.order_id,
        blocked_line.blocked_by,
        min(order_line.order_number) as order_number,
        min(order_line.erp_customer_id) as erp_customer_id,
        min(blocked_line.entity) as entity,
        min(blocked_line.currency) as currency,
        min(order_line.order_date) as order_date,
        min(blocked_line.evidence) as evidence,
        cast(count(*) as integer) as line_count,
        {{ money('sum(blocked_line.blocked_amount)') }} as blocked_amount,
    from blocked_line
    inner join order_line
        on
            blocked_line.erp_system = order_line.erp_system
            and blocked_line.order_id = order_line.order_id
            and blocked_line.order_line_id = order_line.order_line_id
    group by blocked_line.erp_system, blocked_line.order_id, blocked_line.blocked_by
),

final as (
    select
        blocked.*,
        customer.customer_name,
        membership.customer_key,
        order_deal.opportunity_ids,
        order_deal.owner,
        -- an order before the calendar starts is as old as the calendar
        case
            when ordered.business_day_number is null then today.business_day_number
            else {{ business_days_between(
                'ordered.business_day_number', 'today.business_day_number') }}
        end as age_business_days,
    from blocked
    left join customer
        on
            blocked.erp_system = customer.erp_system
            and blocked.erp_customer_id = customer.erp_customer_id
    left join membership
        on
            blocked.erp_system = membership.source_system
            and blocked.erp_customer_id = membership.record_id
            and {{ holds_on('membership', 'blocked.order_date') }}
    left join order_deal
        on
            blocked.erp_system = order_deal.erp_system
            and blocked.order_id = order_deal.order_id
    left join known_entity on blocked.entity = known_entity.entity
    left join calendar as ordered
        on
            coalesce(known_entity.entity, '*') = ordered.entity
            and blocked.order_date = ordered.date
    left join calendar as today
        on
            coalesce(known_entity.entity, '*') = today.entity
            and today.date = cast({{ as_of() }} as date)
)

select * from final
