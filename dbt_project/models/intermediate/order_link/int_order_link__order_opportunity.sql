-- one row per erp_system, order_id, crm_system and opportunity_id that a reference links
select
    erp_system,
    order_id,
    crm_system,
    opportunity_id,
    link_rule,
    evidence_grade,
from {{ ref('int_order_link__judged_pair') }}
where verdict = 'accepted'
