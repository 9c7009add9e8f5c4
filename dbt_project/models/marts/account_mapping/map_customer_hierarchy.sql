-- one row per customer and customer that it belongs to, itself included
with

customer as (
    select customer_key from {{ ref('int_customer__member') }}
    group by customer_key
),

ancestor as (
    select * from {{ ref('int_hierarchy__ancestor') }}
),

final as (
    select
        customer_key as ancestor_customer_key,
        customer_key as descendant_customer_key,
        cast(0 as integer) as depth,
    from customer
    union all
    select
        ancestor_customer_key,
        customer_key as descendant_customer_key,
        cast(depth as integer) as depth,
    from ancestor
)

select * from final
