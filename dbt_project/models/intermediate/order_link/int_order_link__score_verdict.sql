-- one row per order and deal that points link (accepted) or that a person has to look at (review)
with

threshold as (
    select * from {{ ref('int_order_link__threshold') }}
),

assigned as (
    select
        *,
        'scored candidate' as link_rule,
    from {{ ref('int_order_link__best_pair') }}
    union all
    select
        *,
        'scored candidate, several orders' as link_rule,
    from {{ ref('int_order_link__best_set') }}
),

ranked as (
    select
        scored.*,
        threshold.accept_points,
        assigned.order_id is not null as is_accepted,
        coalesce(assigned.link_rule, 'scored candidate') as link_rule,
        bool_or(assigned.order_id is not null) over (
            partition by scored.erp_system, scored.order_id
        ) as is_order_taken,
        bool_or(assigned.order_id is not null) over (
            partition by scored.crm_system, scored.opportunity_id
        ) as is_deal_taken,
        sum(case when assigned.order_id is not null then scored.deal_amount end) over (
            partition by scored.erp_system, scored.order_id
        ) as taken_of_order,
        sum(case when assigned.order_id is not null then scored.order_amount end) over (
            partition by scored.crm_system, scored.opportunity_id
        ) as taken_of_deal,
        row_number() over (
            partition by scored.erp_system, scored.order_id
            order by scored.points desc, scored.crm_system asc, scored.opportunity_id asc
        ) as place_of_order,
        row_number() over (
            partition by scored.crm_system, scored.opportunity_id
            order by scored.points desc, scored.erp_system asc, scored.order_id asc
        ) as place_of_deal,
        max(scored.lead_points) over (partition by scored.erp_system, scored.order_id)
            as best_of_order,
        max(scored.lead_points) over (partition by scored.crm_system, scored.opportunity_id)
            as best_of_deal,
    from {{ ref('int_order_link__scored_pair') }} as scored
    cross join threshold
    left join assigned
        on
            scored.erp_system = assigned.erp_system
            and scored.order_id = assigned.order_id
            and scored.crm_system = assigned.crm_system
            and scored.opportunity_id = assigned.opportunity_id
    where scored.points >= threshold.review_points or assigned.order_id is not null
),

-- a rival of what is linked may stand beside it while both are no more than the other side
roomed as (
    select
        *,
        is_order_taken
        and coalesce(
            sign(deal_amount) <> sign(order_amount) or sign(taken_of_order) <> sign(order_amount)
            or abs(taken_of_order + deal_amount) > abs(order_amount), true
        ) as is_order_full,
        is_deal_taken
        and coalesce(
            sign(order_amount) <> sign(deal_amount) or sign(taken_of_deal) <> sign(deal_amount)
            or abs(taken_of_deal + order_amount) > abs(deal_amount), true
        ) as is_deal_full,
    from ranked
),

-- a person is shown the three best of each order, where they are among the three best of the deal
final as (
    select
        *,
        case
            when is_accepted then 'accepted'
            when is_order_full or is_deal_full then 'rejected'
            when place_of_order <= 3 and place_of_deal <= 3 then 'review'
            else 'rejected'
        end as verdict,
        case
            when is_accepted then ''
            when names_unknown_deal then 'the order names a deal that is not there'
            when is_referred then 'its reference fits several deals'
            when is_order_taken and not is_order_full
                then 'the order is linked with another deal, and has room for both'
            when is_deal_taken and not is_deal_full
                then 'the deal is linked with another order, and has room for both'
            when points < accept_points then 'too little agrees'
            when lead_points < best_of_order then 'another deal fits the order better'
            when lead_points < best_of_deal then 'another order fits the deal better'
            when is_rest
                then 'one of both is linked already: the rest links only where all of it agrees'
            else 'others fit as well'
        end as why_not_accepted,
    from roomed
)

select * from final
