-- one row per order and deal that a steward's decision joins or keeps apart at the business date
with

pair as (
    select * exclude (is_in_force, is_replaced)
    from {{ ref('int_order_link__decision_pair') }}
    where is_in_force and not is_replaced
),

ranked as (
    select
        pair.*,
        row_number() over (
            partition by
                pair.erp_system, pair.order_id, pair.crm_system, pair.opportunity_id
            order by pair.decided_on desc, pair.decision_id desc
        ) as latest_first,
    from pair
),

final as (
    select * exclude (latest_first)
    from ranked
    where latest_first = 1
)

select * from final
