-- one row per released order line of an order that a reference links to a deal
with

ordered as (
    select
        erp_system,
        order_id,
        min(group_key) as group_key,
    from {{ ref('int_order_link__group') }}
    group by erp_system, order_id
),

final as (
    select
        ordered.group_key,
        line.erp_system,
        line.order_id,
        line.order_line_id,
        {{ crm_record_key(mended_record_id('line.crm_opportunity_line_id')) }} as line_reference,
        line.bundle_parent_line_id,
        line.sku_normalised,
        line.quantity,
        line.amount,
    from {{ ref('int_erp__order_line') }} as line
    inner join ordered on line.erp_system = ordered.erp_system and line.order_id = ordered.order_id
    where line.is_released
)

select * from final
