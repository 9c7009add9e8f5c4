-- one row per customer and customer above it, up to the ultimate parent
with recursive

claim as (
    select
        customer_key,
        parent_customer_key,
    from {{ ref('int_hierarchy__claim') }}
    where is_chosen
),

-- a walk ends when it comes back to where it began; one that runs into a ring, at the bound
walk as (
    select
        customer_key,
        parent_customer_key as ancestor_customer_key,
        1 as step,
    from claim
    union all
    select
        walk.customer_key,
        claim.parent_customer_key as ancestor_customer_key,
        walk.step + 1 as step,
    from walk
    inner join claim on walk.ancestor_customer_key = claim.customer_key
    where
        walk.ancestor_customer_key <> walk.customer_key
        and walk.step < {{ var('hierarchy_levels') }}
),

ring_member as (
    select customer_key from walk
    where ancestor_customer_key = customer_key
),

-- a ring is cut at one of its members, which then is the top of the others
ring_top as (
    select
        walk.customer_key,
        min(walk.ancestor_customer_key) as top_customer_key,
    from walk
    inner join ring_member on walk.customer_key = ring_member.customer_key
    group by walk.customer_key
),

cut as (
    select customer_key from ring_top
    where customer_key = top_customer_key
),

first_cut as (
    select
        walk.customer_key,
        min(walk.step) as step,
    from walk
    inner join cut on walk.ancestor_customer_key = cut.customer_key
    group by walk.customer_key
),

final as (
    select
        walk.customer_key,
        walk.ancestor_customer_key,
        row_number() over (partition by walk.customer_key order by walk.step) as depth,
        count(*) over (partition by walk.customer_key) as ancestor_count,
        row_number() over (partition by walk.customer_key order by walk.step desc) = 1
            as is_ultimate,
        ring_top.customer_key is not null as is_in_ring,
    from walk
    left join cut on walk.customer_key = cut.customer_key
    left join first_cut on walk.customer_key = first_cut.customer_key
    left join ring_top on walk.customer_key = ring_top.customer_key
    where
        cut.customer_key is null
        and walk.step <= coalesce(first_cut.step, {{ var('hierarchy_levels') }})
)

select * from final
