-- Timing and entity hops only move money between cells: over all periods and entities they are
-- zero.
select definition_id, line_code, currency, opportunity_id, sum(amount) as amount
from {{ ref('fct_bridge_atom') }}
where leg = 1 and line_code in ('1.09', '1.10')
group by definition_id, line_code, currency, opportunity_id
having sum(amount) <> 0
