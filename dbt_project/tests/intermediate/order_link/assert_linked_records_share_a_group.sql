-- one row per order of which two deals are in different groups: the chain that holds them is longer
-- than the rounds that look for it, and a line would not find its own line
select
    erp_system,
    order_id,
    count(distinct group_key) as groups,
from {{ ref('int_order_link__group') }}
group by erp_system, order_id
having count(distinct group_key) > 1
