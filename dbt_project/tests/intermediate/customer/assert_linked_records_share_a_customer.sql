-- one row per accepted link, merge or shared tax id whose two records have different customer keys:
-- the rounds in which keys spread did not suffice, and one company would be counted as two
with

member as (
    select * from {{ ref('int_customer__member') }}
),

pair as (
    select
        crm_system as left_system,
        account_id as left_id,
        erp_system as right_system,
        erp_customer_id as right_id,
    from {{ ref('int_customer__link') }}
    union all
    select
        crm_system as left_system,
        account_id as left_id,
        crm_system as right_system,
        surviving_account_id as right_id,
    from {{ ref('int_customer__account') }}
)

select pair.*
from pair
left join member as left_member
    on pair.left_system = left_member.source_system and pair.left_id = left_member.record_id
left join member as right_member
    on pair.right_system = right_member.source_system and pair.right_id = right_member.record_id
where left_member.customer_key is distinct from right_member.customer_key
