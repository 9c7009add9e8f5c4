-- one row per deal and ERP in which each of its lines has an item: which items are not ordered yet
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

ordered_in as (
    select crm_system, opportunity_id, erp_system
    from {{ ref('int_order_link__item_balance') }}
    group by crm_system, opportunity_id, erp_system
),

-- of a deal that is ordered in full no item is left, and that is known; what one ERP has of it,
-- another does not know
final as (
    select
        mapped_line.crm_system,
        mapped_line.opportunity_id,
        mapped_line.erp_system,
        {{ string_list('item.sku_normalised', 'item.sku_normalised') }} as item_set,
        cast(count(item.sku_normalised) as integer) as item_count,
        cast(sum(item.amount) as decimal(28, 4)) as item_amount,
    from mapped_line
    -- a line without item, or whose product a person has to map, leaves the deal's items unknown
    inner join line_count
        on
            mapped_line.crm_system = line_count.crm_system
            and mapped_line.opportunity_id = line_count.opportunity_id
            and mapped_line.lines = line_count.lines
    left join {{ ref('int_order_link__deal_item') }} as item
        on
            mapped_line.crm_system = item.crm_system
            and mapped_line.opportunity_id = item.opportunity_id
            and mapped_line.erp_system = item.erp_system
    where
        not exists (
            select 1 from ordered_in
            where
                mapped_line.crm_system = ordered_in.crm_system
                and mapped_line.opportunity_id = ordered_in.opportunity_id
                and mapped_line.erp_system <> ordered_in.erp_system
        )
    group by mapped_line.crm_system, mapped_line.opportunity_id, mapped_line.erp_system
)

select * from final
