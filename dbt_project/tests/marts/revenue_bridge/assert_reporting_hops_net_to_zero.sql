-- A value carried from one currency into another is worth the same on both sides, per slice: what
-- rates make of it is FX, with a row of its own.
select
    definition_id, leg, allocation_key, document_id, document_line_id,
    sum(reporting_amount) as amount,
from {{ ref('fct_reporting_atom') }}
where step like 'currency%'
group by definition_id, leg, allocation_key, document_id, document_line_id
having sum(reporting_amount) <> 0 and count(*) > 1
