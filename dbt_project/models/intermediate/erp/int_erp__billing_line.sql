-- one row per erp_system, document_id and document_line_id of invoices, credit memos, cash sales,
-- without main and tax lines; credit memos are negative
with

line as (
    select * from {{ ref('int_erp__document_line') }}
    where
        document_type in ('invoice', 'credit_memo', 'cash_sale')
        and line_type not in ('main', 'tax', 'cost')
),

link as (
    {{ union_systems(var('erp_systems'), 'document_line_link') }}
),

order_line as (
    select
        erp_system,
        order_id,
        order_line_id,
    from {{ ref('int_erp__order_line') }}
),

order_link as (
    select
        link.source_system as erp_system,
        link.to_document_id,
        link.to_line_id,
        min(link.from_document_id || '|' || link.from_line_id) as order_line,
    from link
    inner join order_line
        on
            link.source_system = order_line.erp_system
            and link.from_document_id = order_line.order_id
            and link.from_line_id = order_line.order_line_id
    where link.link_type = 'order_to_bill'
    group by link.source_system, link.to_document_id, link.to_line_id
),

final as (
    select
        line.erp_system,
        line.document_id,
        line.document_type,
        line.document_line_id,
        line.document_number,
        line.document_date,
        line.period,
        line.status as document_status,
        line.erp_customer_id,
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
        coalesce(line.amount, 0) as amount,
        line.is_posting,
        line.is_voided,
        line.is_intercompany,
        line.channel_code,
        line.source_channel,
        line.crm_opportunity_id,
        line.created_from_document_id,
        split_part(order_link.order_line, '|', 1) as order_id,
        split_part(order_link.order_line, '|', 2) as order_line_id,
        line.revenue_element_id,
        line.term_months,
        line.memo,
        line.modified_at,
    from line
    left join order_link
        on
            line.erp_system = order_link.erp_system
            and line.document_id = order_link.to_document_id
            and line.document_line_id = order_link.to_line_id
)

select * from final
