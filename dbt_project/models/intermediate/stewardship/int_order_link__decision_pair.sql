-- one row per decision of a steward, order and live deal that it joins or keeps apart
with

decision as (
    select * from {{ ref('int_order_link__decision') }}
    where record_exists and not is_deleted
),

decision_line as (
    select * from {{ ref('int_order_link__decision_line') }}
    where order_line_exists and opportunity_line_exists and not is_deleted
),

of_order as (
    select * from decision
    where record_type = 'order'
),

of_deal as (
    select * from decision
    where record_type = 'opportunity'
),

final as (
    select
        of_order.source_system as erp_system,
        of_order.record_id as order_id,
        of_deal.source_system as crm_system,
        of_deal.record_id as opportunity_id,
        case when of_order.action = 'reject' then 'different' else 'same' end as verdict,
        of_order.action,
        of_order.is_in_force,
        false as is_replaced,
        of_order.decision_id,
        of_order.owner,
        of_order.reason,
        of_order.decided_on,
        of_order.expires_on,
    from of_order
    inner join of_deal on of_order.decision_id = of_deal.decision_id
    union all
    select
        erp_system,
        order_id,
        crm_system,
        opportunity_id,
        'same' as verdict,
        'split' as action,
        is_in_force,
        is_replaced,
        decision_id,
        owner,
        reason,
        decided_on,
        expires_on,
    from decision_line
    group by
        erp_system, order_id, crm_system, opportunity_id, is_in_force, is_replaced, decision_id,
        owner, reason, decided_on, expires_on
)

select * from final
