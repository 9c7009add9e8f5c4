-- one row per erp_system, document_id and document_line_id, with the document's header
{{ config(materialized='view') }}

with

line as (
    {{ union_systems(var('erp_systems'), 'document_line') }}
),

document as (
    select * from {{ ref('int_erp__document') }}
),

entity as (
    select * from {{ ref('int_reference__entity') }}
),

item as (
    {{ union_systems(var('erp_systems'), 'item') }}
),

final as (
    select
        document.erp_system,
        document.document_id,
        document.document_type,
        document.document_number,
        document.document_date,
        document.period,
        document.status,
        document.erp_customer_id,
        coalesce(entity.entity, 'unassigned') as entity,
        line.entity_id,
        document.currency,
        document.minor_unit,
        document.is_posting,
        document.is_voided,
        document.is_released,
        document.is_cancelled,
        document.is_intercompany,
        document.hold_reason,
        document.channel_code,
        document.source_channel,
        document.crm_opportunity_id,
        document.crm_quote_number,
        document.purchase_order_number_normalised,
        document.external_id,
        document.employee_id,
        document.memo as document_memo,
        document.created_at as document_created_at,
        line.* exclude (source_system, document_id, entity_id),
        item.sku,
        item.sku_normalised,
        item.item_name,
        item.item_class,
    from line
    inner join document
        on line.source_system = document.erp_system and line.document_id = document.document_id
    left join entity on line.source_system = entity.erp_system and line.entity_id = entity.entity_id
    left join item on line.source_system = item.source_system and line.item_id = item.item_id
)

select * from final
