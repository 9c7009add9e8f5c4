-- one row per order and opportunity that some evidence pairs, with the verdict on the pair
select
    erp_system,
    order_id,
    crm_system,
    opportunity_id,
    tier,
    link_rule,
    evidence_grade,
    deal_count,
    verdict,
from {{ ref('int_order_link__reference_verdict') }}
