-- one row per order and deal that neither reference nor rule links, with points for and against
{%- set points = order_link_points() %}
with

declared as (
    select * from {{ ref('int_order_link__declared_pair') }}
),

pair as (
    select free_pair.*
    from {{ ref('int_order_link__compared_pair') }} as free_pair
    left join declared as declared_order
        on
            free_pair.erp_system = declared_order.erp_system
            and free_pair.order_id = declared_order.order_id
    left join declared as declared_deal
        on
            free_pair.crm_system = declared_deal.crm_system
            and free_pair.opportunity_id = declared_deal.opportunity_id
    where declared_order.order_id is null and declared_deal.opportunity_id is null
),

compared as (
    select
        pair.*,
        abs(pair.order_amount - pair.deal_amount) as difference,
        coalesce(
            pair.is_other_number
            and length(pair.order_number) >= 6 and length(pair.deal_number) >= 6
            and {{ edit_distance('pair.order_number', 'pair.deal_number') }} = 1,
            false
        ) as is_near_number,
    from pair
),

valued as (
    select
        compared.*,
        case
            when sign(order_amount) <> sign(deal_amount) then {{ points.other_sign }}
            when difference = 0 then {{ points.same_amount }}
            when is_basis_amount then {{ points.stated_basis }}
            when difference * 100 <= abs(deal_amount) then {{ points.within_1_percent }}
            when difference * 10 <= abs(deal_amount) then {{ points.within_10_percent }}
            when difference * 4 <= abs(deal_amount) then {{ points.within_25_percent }}
            else {{ points.other_amount }}
        end as amount_points,
        case
            when deal_items is null or order_items is null then 0
            when is_same_items then {{ points.same_items }}
            when shared_items in (order_items, deal_items) then {{ points.items_of_one }}
            when shared_items > 0 then {{ points.shared_item }}
            else {{ points.other_items }}
        end as item_points,
        case
            when shared_items > 0 and equal_quantities = shared_items
                then {{ points.same_quantities }}
            else 0
        end as quantity_points,
        case
            when is_same_name then {{ points.same_name }}
            when names_some_deal then {{ points.other_name }}
            else 0
        end as name_points,
        case
            when is_near_number then {{ points.near_number }}
            when is_other_number then {{ points.other_number }}
            else 0
        end as number_points,
        case when is_referred then {{ points.named_by_reference }} else 0 end as reference_points,
        case when is_won then 0 else {{ points.deal_open }} end
        + case when is_live then 0 else {{ points.order_cancelled }} end
        + case when is_same_customer then 0 else {{ points.family }} end as state_points,
        case
            when days_after_close between 0 and 14 then {{ points.within_2_weeks }}
            when days_after_close between -7 and 30 then {{ points.within_month }}
            when days_after_close between -14 and 60 then {{ points.within_2_months }}
            else 0
        end as date_points,
    from compared
),

final as (
    select
        valued.*,
        -- of two equal sales the nearer in time is a guess: days help to accept, never to choose
        amount_points + item_points + quantity_points + name_points + number_points
        + reference_points + state_points as lead_points,
        amount_points + item_points + quantity_points + name_points + number_points
        + reference_points + state_points + date_points as points,
        {{ order_link_evidence() }} as evidence,
    from valued
)

select * from final
