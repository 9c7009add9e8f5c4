-- one row per atom of leg 1, bookings to orders
with final as (
    select * from {{ ref('int_bridge__leg1_matched') }}
    union all
    select * from {{ ref('int_bridge__leg1_unmatched_left') }}
    union all
    select * from {{ ref('int_bridge__leg1_unmatched_right') }}
)

select * from final
