-- one row per line of a deal and ERP in which the line's items do not add up to its amount
select
    line.crm_system,
    line.opportunity_line_id,
    item.erp_system,
    max(line.amount) as line_amount,
    sum(item.amount) as item_amount,
from {{ ref('int_crm__opportunity_line') }} as line
left join {{ ref('int_crm__opportunity_line_item') }} as item
    on
        line.crm_system = item.crm_system
        and line.opportunity_line_id = item.opportunity_line_id
where line.line_kind = 'line'
group by line.crm_system, line.opportunity_line_id, item.erp_system
having max(line.amount) <> coalesce(sum(item.amount), 0) or count(item.opportunity_line_id) = 0
