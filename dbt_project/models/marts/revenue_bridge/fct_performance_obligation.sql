-- one row per performance obligation: what was agreed, what the CRM holds of it, and its part of
-- the contract's price
with

obligation as (
    select * from {{ ref('int_revenue__obligation') }}
),

document as (
    select * from {{ ref('int_erp__document') }}
),

allocation as (
    select * from {{ ref('int_order_link__allocation') }}
),

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
),

contract as (
    select * from {{ ref('int_crm__contract') }}
    where not is_deleted
),

-- the deal's line that most of the order line was sold with
sold as (
    select
        allocation.erp_system,
        allocation.order_id,
        allocation.order_line_id,
        allocation.crm_system,
        allocation.opportunity_id,
        allocation.opportunity_line_id,
        opportunity.contract_id as crm_contract_id,
        row_number() over (
            partition by allocation.erp_system, allocation.order_id, allocation.order_line_id
            order by abs(allocation.ordered_amount) desc, allocation.allocation_key
        ) as place,
    from allocation
    left join opportunity
        on
            allocation.crm_system = opportunity.crm_system
            and allocation.opportunity_id = opportunity.opportunity_id
),

-- a number that several contracts bear names none
numbered as (
    select
        upper(contract_number) as contract_number,
        min(crm_system) as crm_system,
        min(contract_id) as contract_id,
    from contract
    where contract_number is not null
    group by upper(contract_number)
    having count(*) = 1
),

joined as (
    select
        obligation.*,
        sold.crm_system,
        sold.opportunity_id,
        sold.opportunity_line_id,
        coalesce(numbered.crm_system, sold.crm_system) as contract_system,
        coalesce(numbered.contract_id, sold.crm_contract_id) as crm_contract_id,
    from obligation
    left join sold
        on
            obligation.erp_system = sold.erp_system
            and obligation.order_id = sold.order_id
            and obligation.order_line_id = sold.order_line_id
            and sold.place = 1
    left join document
        on
            obligation.erp_system = document.erp_system
            and obligation.order_id = document.document_id
    left join numbered on upper(document.crm_contract_number) = numbered.contract_number
),

final as (
    select
        joined.erp_system,
        joined.obligation_id,
        joined.obligation_source,
        joined.contract_id,
        joined.bargain_id,
        joined.entity,
        joined.currency,
        joined.erp_customer_id,
        joined.item_id,
        joined.sku,
        joined.item_class,
        joined.order_id,
        joined.order_line_id,
        joined.crm_system,
        joined.opportunity_id,
        joined.opportunity_line_id,
        contract.crm_system as crm_contract_system,
        contract.contract_id as crm_contract_id,
        contract.contract_number as crm_contract_number,
        contract.start_date as crm_start_date,
        contract.end_date as crm_end_date,
        contract.term_months as crm_term_months,
        joined.quantity,
        joined.inception_date,
        joined.added_on,
        joined.agreed_on,
        joined.recognition_rule,
        joined.start_date,
        joined.end_date,
        joined.sales_amount,
        joined.price_adjustment,
        joined.stand_alone_amount,
        joined.amount as allocated_amount,
        joined.erp_allocated_amount,
        joined.allocation_rule,
        joined.allocation_gap,
    from joined
    left join contract
        on
            joined.contract_system = contract.crm_system
            and joined.crm_contract_id = contract.contract_id
)

select * from final
