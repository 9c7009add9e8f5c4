-- one row per deal, ERP and item that the deal's lines stood for on its close date
with

line as (
    select * from {{ ref('int_crm__opportunity_line') }}
    where not is_deleted and line_kind = 'line'
),

item as (
    select
        line_item.*,
        -- a bundle's items have quantities of their own, which the deal does not say
        count(*) over (
            partition by
                line_item.crm_system, line_item.opportunity_line_id, line_item.erp_system
        ) > 1 as is_bundle,
    from {{ ref('int_crm__opportunity_line_item') }} as line_item
    where line_item.sku_normalised is not null and not line_item.is_manual_review
)

select
    line.crm_system,
    line.opportunity_id,
    item.erp_system,
    item.sku_normalised,
    case when bool_or(item.is_bundle) then null else sum(line.quantity) end as quantity,
    cast(sum(item.amount) as decimal(28, 4)) as amount,
from line
inner join item
    on
        line.crm_system = item.crm_system
        and line.opportunity_line_id = item.opportunity_line_id
group by line.crm_system, line.opportunity_id, item.erp_system, item.sku_normalised
