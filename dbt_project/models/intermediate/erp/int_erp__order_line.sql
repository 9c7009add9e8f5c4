-- one row per erp_system, order_id and order_line_id, net of tax and freight
with

line as (
    select * from {{ ref('int_erp__document_line') }}
    where document_type = 'sales_order' and line_type not in ('main', 'tax', 'freight', 'cost')
),

customer as (
    {{ union_systems(var('erp_systems'), 'customer') }}
),

final as (
    select
        line.erp_system,
        line.document_id as order_id,
        line.document_line_id as order_line_id,
        line.document_number as order_number,
        line.document_date as order_date,
        line.period,
        line.status as order_status,
        line.erp_customer_id,
        customer.category as customer_category,
        line.entity,
        line.entity_id,
        line.currency,
        line.minor_unit,
        line.line_type,
        line.item_id,
        line.item_type,
        line.item_class,
        line.sku,
        line.sku_normalised,
        line.quantity,
        line.unit_price,
        line.list_price,
        coalesce(line.amount, 0) as amount,
        line.term_months,
        line.is_closed,
        line.quantity_billed,
        line.quantity_fulfilled,
        line.quantity_backordered,
        line.is_voided,
        line.is_cancelled,
        line.is_released,
        line.hold_reason,
        line.is_intercompany,
        line.channel_code,
        line.source_channel,
        line.crm_opportunity_id,
        line.crm_quote_number,
        line.purchase_order_number_normalised,
        line.crm_opportunity_line_id,
        line.bundle_parent_line_id,
        line.expected_ship_date,
        line.actual_ship_date,
        line.revenue_element_id,
        line.modified_at,
        line.document_created_at as order_created_at,
    from line
    left join customer
        on
            line.erp_system = customer.source_system
            and line.erp_customer_id = customer.erp_customer_id
)

select * from final
