-- Which deals were ordered or invoiced at another price or discount than the one sold?
with

deal_of_order_line as (
    select
        erp_system,
        order_id || ':' || order_line_id as order_line,
        string_agg(distinct opportunity_id, ', ' order by opportunity_id) as opportunity_ids,
    from opportunity_to_order.fct_allocation
    group by all
)

select
    coalesce(nullif(atom.opportunity_id, ''), deal_of_order_line.opportunity_ids) as deal,
    atom.line_code,
    atom.document_type,
    atom.document_number,
    atom.currency,
    atom.period,
    sum(atom.amount) as amount,
    atom.rule,
from revenue_bridge.fct_bridge_atom as atom
left join deal_of_order_line
    on
        atom.erp_system = deal_of_order_line.erp_system
        and split_part(atom.allocation_key, '>', 1) = deal_of_order_line.order_line
where atom.definition_id = 'standard' and atom.line_code in ('1.16', '1.17', '2.04')
group by all
order by deal, atom.line_code, atom.document_number
