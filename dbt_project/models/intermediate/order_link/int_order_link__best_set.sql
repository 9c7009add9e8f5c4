-- one row per order and deal of which several orders together are nearly all of the deal
{%- set points = order_link_points() %}
with

threshold as (
    select * from {{ ref('int_order_link__threshold') }}
),

best as (
    select * from {{ ref('int_order_link__best_pair') }}
),

pair as (
    select scored.*
    from {{ ref('int_order_link__scored_pair') }} as scored
    left join best as best_order
        on scored.erp_system = best_order.erp_system and scored.order_id = best_order.order_id
    left join best as best_deal
        on
            scored.crm_system = best_deal.crm_system
            and scored.opportunity_id = best_deal.opportunity_id
    where best_order.order_id is null and best_deal.opportunity_id is null
),

ranked as (
    select
        *,
        row_number() over (
            partition by erp_system, order_id
            order by lead_points desc, crm_system asc, opportunity_id asc
        ) as place_of_order,
        lead(lead_points) over (
            partition by erp_system, order_id
            order by lead_points desc, crm_system asc, opportunity_id asc
        ) as next_points,
    from pair
),

-- an order of nothing but the deal's items that fits no other deal nearly as well
part as (
    select
        *,
        place_of_order = 1
        and lead_points - coalesce(next_points, -99) >= threshold.margin_points
        and shared_items = order_items
        and sign(order_amount) = sign(deal_amount)
        and is_same_customer
        and is_live
        and not names_unknown_deal
        and not is_rest as is_part,
        points - amount_points as points_without_amount,
    from ranked
    cross join threshold
),

-- every order that a person would be shown for the deal is a part of it, or none is
whole as (
    select
        crm_system,
        opportunity_id,
        min(case when is_part then points_without_amount end) as least_points,
        abs(
            sum(case when is_part then order_amount else 0 end) - max(deal_amount)
        ) as difference,
        abs(max(deal_amount)) as deal_size,
    from part
    where is_part or points >= review_points
    group by crm_system, opportunity_id
    having bool_and(is_part) and count(*) > 1
),

final as (
    select
        part.erp_system,
        part.order_id,
        part.crm_system,
        part.opportunity_id,
    from part
    inner join whole
        on
            part.crm_system = whole.crm_system
            and part.opportunity_id = whole.opportunity_id
    where
        part.is_part
        and whole.least_points + case
            when whole.difference = 0 then {{ points.same_amount }}
            when whole.difference * 100 <= whole.deal_size then {{ points.within_1_percent }}
            when whole.difference * 10 <= whole.deal_size then {{ points.within_10_percent }}
            else {{ points.other_amount }}
        end >= part.accept_points
)

select * from final
