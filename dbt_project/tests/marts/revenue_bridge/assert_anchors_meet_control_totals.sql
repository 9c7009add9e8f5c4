-- Every anchor ties to the total that its own source reports: a self-consistent bridge can still be
-- wrong. A warning here; the gate decides what a difference means for publication.
{{ config(severity='warn') }}
select definition_id, entity, currency, period, anchor, amount, control_total, control_difference
from {{ ref('rpt_bridge_anchor') }}
where control_difference <> 0
