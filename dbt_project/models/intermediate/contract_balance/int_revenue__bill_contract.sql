-- one row per posted bill or credit line that fills or empties a contract's balance, with its contract
with billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided
),

balance_line as (
    select
        erp_system,
        document_id,
        document_line_id
    from {{ ref('int_erp__ledger_line') }}
    where is_posting and account_class in ('deferred_revenue', 'contract_asset')
),

obligation as (select * from {{ ref('int_revenue__obligation') }}),

-- an order whose lines are obligations of an arrangement belongs to it with all that it bills
order_contract as (
    select
        billing_line.erp_system,
        billing_line.order_id,
        min(obligation.contract_id) as contract_id
    from billing_line
    inner join obligation
        on
            billing_line.erp_system = obligation.erp_system
            and billing_line.revenue_element_id = obligation.obligation_id
    where billing_line.order_id is not null
    group by billing_line.erp_system, billing_line.order_id
),

final as (
    select
        billing_line.erp_system,
        billing_line.document_id,
        billing_line.document_line_id,
        billing_line.entity,
        billing_line.currency,
        billing_line.period,
        billing_line.erp_customer_id,
        billing_line.amount,
        obligation.obligation_id,
        coalesce(
            obligation.contract_id,
            order_contract.contract_id,
            billing_line.order_id,
            billing_line.document_id
        ) as contract_id
    from billing_line
    left join balance_line
        on
            billing_line.erp_system = balance_line.erp_system
            and billing_line.document_id = balance_line.document_id
            and billing_line.document_line_id = balance_line.document_line_id
    left join obligation
        on
            billing_line.erp_system = obligation.erp_system
            and billing_line.revenue_element_id = obligation.obligation_id
    left join order_contract
        on
            billing_line.erp_system = order_contract.erp_system
            and billing_line.order_id = order_contract.order_id
    where obligation.obligation_id is not null or balance_line.document_id is not null
)

select * from final
