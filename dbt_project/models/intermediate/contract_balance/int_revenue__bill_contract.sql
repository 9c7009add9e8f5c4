-- one row per posted bill or credit line that fills or empties a contract's balance
with billed as (
    {{ under_primary_policy('int_revenue__billed') }}
),

obligation as (
    {{ under_primary_policy('int_revenue__policy_obligation') }}
),

billing_line as (select * from {{ ref('int_erp__billing_line') }}),

-- an order whose lines are obligations of an arrangement belongs to it with all that it bills
order_contract as (
    select
        erp_system,
        order_id,
        min(contract_id) as contract_id
    from obligation
    where order_id is not null
    group by erp_system, order_id
),

final as (
    select
        billed.erp_system,
        billed.document_id,
        billed.document_line_id,
        billed.obligation_id,
        coalesce(
            obligation.contract_id,
            order_contract.contract_id,
            billing_line.order_id,
            billed.document_id
        ) as contract_id,
        billed.entity,
        billed.currency,
        billed.period,
        billed.amount,
        billed.is_posted_revenue
    from billed
    inner join billing_line
        on
            billed.erp_system = billing_line.erp_system
            and billed.document_id = billing_line.document_id
            and billed.document_line_id = billing_line.document_line_id
    left join obligation
        on
            billed.erp_system = obligation.erp_system
            and billed.obligation_id = obligation.obligation_id
    left join order_contract
        on
            billing_line.erp_system = order_contract.erp_system
            and billing_line.order_id = order_contract.order_id
)

select * from final
