-- one row per fact that joins two records on some day on which they have different customer keys:
-- the rounds in which roots spread did not suffice, and one company would be counted as two
with

moment as (
    select
        state.record_key,
        state.family_key,
        state.state_number,
        state.valid_from,
        state.record_type,
        membership.customer_key,
    from {{ ref('int_customer__state') }} as state
    left join {{ ref('int_customer__membership') }} as membership
        on
            state.record_key = membership.record_key
            and state.valid_from >= membership.valid_from
            and state.valid_from < membership.valid_to
)

select
    edge.record_key,
    edge.other_record_key,
    edge.match_rule,
    one.valid_from,
from {{ ref('int_customer__state_edge') }} as edge
inner join moment as one
    on edge.record_key = one.record_key and edge.state_number = one.state_number
left join moment as other
    on edge.other_record_key = other.record_key and edge.state_number = other.state_number
where
    other.record_key is null
    or one.family_key <> other.family_key
    or (
        one.record_type <> 'unknown' and other.record_type <> 'unknown'
        and one.customer_key is distinct from other.customer_key
    )
