-- one row per slice of an opportunity line and an order line
with

allocation as (
    select * from {{ ref('int_order_link__allocation') }}
),

order_line as (
    select * from {{ ref('int_erp__order_line') }}
),

party as (
    select * from {{ ref('int_crm__opportunity_entity') }}
),

final as (
    select
        allocation.allocation_key,
        allocation.crm_system,
        allocation.opportunity_id,
        allocation.opportunity_line_id,
        allocation.erp_system,
        allocation.order_id,
        allocation.order_line_id,
        order_line.order_number,
        order_line.order_date,
        party.customer_key,
        party.entity as opportunity_entity,
        order_line.entity as order_entity,
        allocation.currency,
        allocation.minor_unit,
        allocation.booked_amount,
        allocation.ordered_currency,
        allocation.ordered_amount,
        order_line.sku,
        allocation.link_rule,
        allocation.pair_rule,
        allocation.evidence_grade,
    from allocation
    left join order_line
        on
            allocation.erp_system = order_line.erp_system
            and allocation.order_id = order_line.order_id
            and allocation.order_line_id = order_line.order_line_id
    left join party
        on
            allocation.crm_system = party.crm_system
            and allocation.opportunity_id = party.opportunity_id
)

select * from final
