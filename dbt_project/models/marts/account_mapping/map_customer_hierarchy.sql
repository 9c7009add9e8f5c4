-- one row per customer and customer that it belongs to, itself included
with

customer as (
    select
        customer_key,
        coalesce(merged_into_customer_key, customer_key) as standing_customer_key,
    from {{ ref('dim_customer') }}
),

ancestor as (
    select * from {{ ref('int_hierarchy__ancestor') }}
),

-- a key that a merge ended lies where the customer lies that it went into
final as (
    select
        customer_key as ancestor_customer_key,
        customer_key as descendant_customer_key,
        cast(0 as integer) as depth,
    from customer
    union all
    select
        standing_customer_key as ancestor_customer_key,
        customer_key as descendant_customer_key,
        cast(0 as integer) as depth,
    from customer
    where customer_key <> standing_customer_key
    union all
    select
        ancestor.ancestor_customer_key,
        customer.customer_key as descendant_customer_key,
        cast(ancestor.depth as integer) as depth,
    from customer
    inner join ancestor on customer.standing_customer_key = ancestor.customer_key
)

select * from final
