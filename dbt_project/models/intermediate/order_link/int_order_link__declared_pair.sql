-- one row per order and deal that the declared rule links: one customer, items, amount and date
select
    erp_system,
    order_id,
    crm_system,
    opportunity_id,
    link_rule,
from {{ ref('int_order_link__tied_pair') }}
union all
select
    erp_system,
    order_id,
    crm_system,
    opportunity_id,
    link_rule,
from {{ ref('int_order_link__part_pair') }}
