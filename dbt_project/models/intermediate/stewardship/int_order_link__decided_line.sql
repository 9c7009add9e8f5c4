-- one row per order line and deal's line that a steward's decision pairs at the business date
with

decision_line as (
    select * from {{ ref('int_order_link__decision_line') }}
    where is_applied
),

decided_pair as (
    select * from {{ ref('int_order_link__decided_pair') }}
    where verdict = 'same'
),

final as (
    select
        decision_line.erp_system,
        decision_line.order_id,
        decision_line.order_line_id,
        decision_line.crm_system,
        decision_line.opportunity_id,
        decision_line.opportunity_line_id,
        decision_line.decision_id,
    from decision_line
    -- a later decision may have said that the order is not for this deal
    inner join decided_pair
        on
            decision_line.erp_system = decided_pair.erp_system
            and decision_line.order_id = decided_pair.order_id
            and decision_line.crm_system = decided_pair.crm_system
            and decision_line.opportunity_id = decided_pair.opportunity_id
)

select * from final
