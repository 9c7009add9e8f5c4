-- one row per line of a deal, ERP and item that it stood for on the deal's close date
with

line_item as (
    select * from {{ ref('int_crm__opportunity_line_item') }}
),

line as (
    select
        crm_system,
        opportunity_line_id,
        close_date,
        quantity,
        is_won,
        is_deleted,
    from {{ ref('int_crm__opportunity_line') }}
),

final as (
    select
        line_item.crm_system,
        line_item.opportunity_line_id,
        coalesce(line_item.erp_system, '') as erp_system,
        coalesce(line_item.sku, '') as sku,
        line_item.opportunity_id,
        line_item.product_key,
        line_item.item_id,
        line_item.map_rule,
        line_item.is_manual_review,
        line.close_date,
        line.is_won,
        line.is_deleted,
        line.quantity,
        line_item.share,
        line_item.currency,
        line_item.minor_unit,
        line_item.amount,
    from line_item
    left join line
        on
            line_item.crm_system = line.crm_system
            and line_item.opportunity_line_id = line.opportunity_line_id
)

select * from final
