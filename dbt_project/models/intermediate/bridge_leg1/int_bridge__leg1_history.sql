-- one row per allocation slice of a released order: both amounts today, and as the order was made
with order_line as (
    select * from {{ ref('int_erp__order_line') }}
    where is_released
),

edit as (
    select * from {{ ref('int_booking__amount_edit') }}
    where not is_in_header
),

origin as (select * from {{ ref('int_bridge__leg1_order_origin') }}),

today as (
    select
        allocation.allocation_key,
        allocation.crm_system,
        allocation.opportunity_id,
        allocation.opportunity_line_id,
        allocation.erp_system,
        allocation.order_id,
        allocation.order_line_id,
        allocation.minor_unit,
        allocation.currency = allocation.ordered_currency as is_one_currency,
        {{ ten_thousandths('allocation.booked_amount') }} as booked_now,
        {{ ten_thousandths('allocation.ordered_amount') }} as ordered_now,
        {{ minor_unit_granule('allocation.minor_unit') }} as booked_granule,
        origin.changed_at as order_changed_at,
        origin.source as order_source,
        origin.rule as order_rule,
        origin.quantity,
        origin.unit_price,
        origin.line_ordered,
        case
            when allocation.slices_of_ordered = 1 then origin.line_ordered
            else {{ scale_whole(
                ten_thousandths('allocation.ordered_amount'), 'origin.line_ordered',
                ten_thousandths('order_line.amount'),
                minor_unit_granule('order_line.minor_unit')) }}
        end as ordered_then,
        {{ ten_thousandths('edit.taken_off') }} as taken_off,
        {{ ten_thousandths('edit.amount_now') }} as deal_now,
        edit.edited_at,
        edit.source as crm_source,
        -- An order made after the edit knew of it.
        coalesce(
            edit.edited_at
            > coalesce(order_line.order_created_at, cast(order_line.order_date as timestamp)),
            false
        ) as is_before_edit,
    from {{ ref('int_order_link__allocation') }} as allocation
    inner join order_line
        on
            allocation.erp_system = order_line.erp_system
            and allocation.order_id = order_line.order_id
            and allocation.order_line_id = order_line.order_line_id
    left join edit
        on
            allocation.crm_system = edit.crm_system
            and allocation.opportunity_id = edit.opportunity_id
    left join origin on allocation.allocation_key = origin.allocation_key
),

-- Where both sides are equal today the one has followed the other, and there is nothing to explain.
compared as (
    select
        *,
        case
            when is_one_currency and booked_now = ordered_now then ordered_now
            else coalesce(ordered_then, ordered_now)
        end as ordered,
        sum(case when is_before_edit then booked_now else 0 end) over deal as deal_before_edit,
        bool_and(is_one_currency) over deal as is_deal_in_one_currency,
        sum(abs(booked_now - ordered_now)) over deal as deal_difference,
    from today
    window deal as (partition by crm_system, opportunity_id)
),

judged as (
    select
        *,
        is_before_edit and not (is_deal_in_one_currency and deal_difference = 0) as is_edited,
        -- The orders are, to the last unit, the deal as it was.
        is_deal_in_one_currency
        and sum(case when is_before_edit then ordered - booked_now else 0 end) over (
            partition by crm_system, opportunity_id
        ) = taken_off as is_as_ordered,
    from compared
),

-- Else the change is shared among the slices: all of it when they are the whole deal.
to_share as (
    select
        *,
        {{ to_minor(from_ten_thousandths(
            "coalesce(" ~ scale_whole('taken_off', 'deal_before_edit', 'deal_now', 1) ~ ", taken_off)"
        ), 'minor_unit') }} as shared_minor,
    from judged
    where is_edited and not is_as_ordered
),

shared as (
    {{ largest_remainder('to_share', 'shared_minor', 'abs(booked_now)',
                         ['crm_system', 'opportunity_id'], ['allocation_key'], 'share_minor') }}
),

final as (
    select
        judged.* exclude (is_as_ordered),
        judged.is_edited and judged.is_as_ordered as is_as_ordered,
        judged.ordered <> judged.ordered_now as is_order_changed,
        case
            when judged.is_edited and judged.is_as_ordered then judged.ordered
            when judged.is_edited
                then
                    judged.booked_now
                    + {{ ten_thousandths(from_minor('shared.share_minor', 'judged.minor_unit')) }}
            else judged.booked_now
        end as booked,
    from judged
    left join shared on judged.allocation_key = shared.allocation_key
)

select * from final
