-- one row per order and deal of equal items and amount that are each other's only such candidate
with

pair as (
    select
        *,
        is_same_customer
        and is_same_items
        and order_amount = deal_amount
        and not is_other_number
        and not names_unknown_deal
        -- what a linked order or deal leaves is the other's only in its quantities too
        and (not is_rest or equal_quantities = shared_items) as is_tie,
    from {{ ref('int_order_link__compared_pair') }}
),

-- a cancelled order is the deal's only where no live one is, an open deal the order's only where no
-- won one is
tie as (
    select
        *,
        bool_or(is_live) over (partition by crm_system, opportunity_id) as has_live_order,
        bool_or(is_won) over (partition by erp_system, order_id) as has_won_deal,
    from pair
    where is_tie
),

counted as (
    select
        *,
        count(*) over (partition by crm_system, opportunity_id) as orders_of_deal,
        count(*) over (partition by erp_system, order_id) as deals_of_order,
    from tie
    where (is_live or not has_live_order) and (is_won or not has_won_deal)
)

select
    erp_system,
    order_id,
    crm_system,
    opportunity_id,
    case
        when is_rest then 'what is left: customer, items, amount and date'
        else 'customer, items, amount and date'
    end as link_rule,
from counted
where
    orders_of_deal = 1
    and deals_of_order = 1
    and (is_same_name or not names_some_deal)
