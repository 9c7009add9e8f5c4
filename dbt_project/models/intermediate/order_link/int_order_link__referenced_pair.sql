-- one row per live order and deal that a person or a reference links
with

sales_order as (
    select * from {{ ref('int_erp__document') }}
    where document_type = 'sales_order' and not is_voided and not is_cancelled
),

-- a steward who divided an order has named all its deals
split_order as (
    select
        erp_system,
        order_id,
    from {{ ref('int_order_link__decided_line') }}
    group by erp_system, order_id
),

final as (
    select
        verdict.erp_system,
        verdict.order_id,
        verdict.crm_system,
        verdict.opportunity_id,
        sales_order.currency,
        split_order.order_id is null and count(*) over (
            partition by verdict.erp_system, verdict.order_id
        ) = 1 as is_sole_deal,
        case
            when split_order.order_id is null
                then count(*) over (partition by verdict.erp_system, verdict.order_id)
        end as deals_of_order,
    from {{ ref('int_order_link__reference_verdict') }} as verdict
    inner join sales_order
        on
            verdict.erp_system = sales_order.erp_system
            and verdict.order_id = sales_order.document_id
    left join split_order
        on verdict.erp_system = split_order.erp_system and verdict.order_id = split_order.order_id
    where verdict.verdict = 'accepted'
)

select * from final
