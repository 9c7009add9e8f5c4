-- Line 99 must have zero atoms, not merely a zero sum. A warning: what no rule explains is counted
-- and shown, it does not stop a publication that is otherwise exact.
{{ config(severity='warn') }}
select *
from {{ ref('fct_bridge_atom') }}
where line_code like '%.99'
