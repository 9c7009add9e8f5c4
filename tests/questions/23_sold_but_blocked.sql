-- What is sold but blocked, and by what (credit, stock, missing tax data)?
with

deal_of_order_line as (
    select
        erp_system,
        order_id as document_id,
        order_line_id as document_line_id,
        string_agg(distinct opportunity_id, ', ' order by opportunity_id) as opportunity_ids,
    from opportunity_to_order.fct_allocation
    group by all
)

select
    atom.line_detail as blocked_by,
    atom.currency,
    atom.document_number as order_number,
    deal_of_order_line.opportunity_ids as deal,
    -sum(atom.amount) as blocked_amount,
from revenue_bridge.fct_bridge_atom as atom
left join deal_of_order_line using (erp_system, document_id, document_line_id)
where atom.definition_id = 'standard' and atom.step = 'backlog'
group by all
order by atom.currency, blocked_amount desc, blocked_by, order_number
