-- one row per customer that counts as an ultimate parent and still has a parent: a chain longer
-- than hierarchy_levels was cut, or a ring was not
select top.ancestor_customer_key
from {{ ref('int_hierarchy__ancestor') }} as top
inner join {{ ref('int_hierarchy__ancestor') }} as above
    on top.ancestor_customer_key = above.customer_key
where top.is_ultimate
group by top.ancestor_customer_key
