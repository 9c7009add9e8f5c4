-- one row per deal and ERP in which each of its lines has an item: which items these are
with

line as (
    select * from {{ ref('int_crm__opportunity_line') }}
    where not is_deleted and line_kind = 'line'
),

line_count as (
    select
        crm_system,
        opportunity_id,
        count(*) as lines,
    from line
    group by crm_system, opportunity_id
),

mapped_line as (
    select
        line.crm_system,
        line.opportunity_id,
        line_item.erp_system,
        count(distinct line.opportunity_line_id) as lines,
    from line
    inner join {{ ref('int_crm__opportunity_line_item') }} as line_item
        on
            line.crm_system = line_item.crm_system
            and line.opportunity_line_id = line_item.opportunity_line_id
    where line_item.sku_normalised is not null and not line_item.is_manual_review
    group by line.crm_system, line.opportunity_id, line_item.erp_system
),

final as (
    select
        item.crm_system,
        item.opportunity_id,
        item.erp_system,
        {{ string_list('item.sku_normalised', 'item.sku_normalised') }} as item_set,
        cast(count(*) as integer) as item_count,
    from {{ ref('int_order_link__deal_item') }} as item
    inner join mapped_line
        on
            item.crm_system = mapped_line.crm_system
            and item.opportunity_id = mapped_line.opportunity_id
            and item.erp_system = mapped_line.erp_system
    -- a line without item, or whose product a person has to map, leaves the deal's items unknown
    inner join line_count
        on
            item.crm_system = line_count.crm_system
            and item.opportunity_id = line_count.opportunity_id
            and mapped_line.lines = line_count.lines
    group by item.crm_system, item.opportunity_id, item.erp_system
)

select * from final
