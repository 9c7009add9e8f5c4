-- one row per allocation slice of a released order: its value after each step of the declared path
-- Whole ten-thousandths, rounded to minor units at each step; without evidence the value stays.
with evidence as (
    select
        *,
        is_one_currency or rate is not null as is_convertible,
        is_one_currency and left_term > 0 and right_term > 0 and left_term <> right_term
        and not coalesce(is_as_ordered, false) as is_other_term,
        -- A bundle's items have quantities of their own: only an even one says how many bundles.
        case
            when is_as_ordered or not is_line or is_other_item or not is_one_product then null
            when is_one_item then ordered_quantity
            when is_even_quantity and is_sole_left_line then right_quantity
        end as quantity_numerator,
        case when is_one_item then booked_quantity else left_quantity end as quantity_denominator,
    from {{ ref('int_bridge__leg1_evidence') }}
),

converted as (
    select
        *,
        case
            when is_one_currency then booked
            when is_converted_price then ordered
            else coalesce(
                {{ scale_whole('booked', 'rate_numerator', 'rate_denominator', 'granule') }}, 0
            )
        end as value_currency,
        -- Three years sold as quantity 3 and ordered as one: the quantity is the term.
        coalesce(
            is_other_term
            and quantity_numerator * left_term = quantity_denominator * right_term,
            false
        ) as is_term_in_quantity,
        -- A quantity of the other sign, or a thousand times the other, is an error and no evidence;
        -- a line ordered with quantity 0 and amount 0 is none of what was sold.
        coalesce(
            {{ is_of_one_magnitude('quantity_numerator', 'quantity_denominator') }}
            or (quantity_numerator = 0 and quantity_denominator <> 0 and ordered = 0),
            false
        ) as is_plausible_quantity,
    from evidence
),

termed as (
    select
        *,
        case
            when is_other_term
                then coalesce(
                    {{ scale_whole('value_currency', 'right_term', 'left_term', 'granule') }},
                    value_currency
                )
            else value_currency
        end as value_term,
    from converted
),

-- Tax and freight inside the booked amount: the deal exceeds its orders by their sum. What the two
-- differ by, a rounding and no more, stays with one slice.
taxable as (
    select
        *,
        sum(value_term) over deal - deal_ordered - deal_tax as untaxed,
        row_number() over (
            partition by crm_system, opportunity_id order by abs(ordered) desc, allocation_key
        ) as place_in_deal,
    from termed
    window deal as (partition by crm_system, opportunity_id)
),

taxed as (
    select
        *,
        case
            when
                deal_tax <> 0
                and is_deal_in_one_currency
                and abs(untaxed) <= least(deal_slices * granule, abs(deal_tax) - 1)
                then ordered + case when place_in_deal = 1 then untaxed else 0 end
            else value_term
        end as value_tax,
    from taxable
),

counted as (
    select
        *,
        case
            when
                is_plausible_quantity
                and quantity_numerator <> quantity_denominator
                and is_convertible
                and not is_term_in_quantity
                then coalesce(
                    {{ scale_whole(
                        'value_tax', 'quantity_numerator', 'quantity_denominator', 'granule') }},
                    value_tax
                )
            else value_tax
        end as value_quantity,
    from taxed
),

priced as (
    select
        *,
        -- A list price is for the term it was quoted for, unless both sides quote the same one.
        case
            when
                quantity_numerator is not null
                and is_one_item
                and is_one_currency
                and left_list_price > 0
                and right_list_price between 1 and 1000 * left_list_price
                and left_list_price <= 1000 * right_list_price
                and left_list_price <> right_list_price
                then coalesce(
                    {{ scale_whole(
                        'value_quantity',
                        '(right_list_price * case when is_other_term and not is_term_in_quantity
                            then left_term else 1 end)',
                        '(left_list_price * case when is_other_term and not is_term_in_quantity
                            then right_term else 1 end)',
                        'granule') }},
                    value_quantity
                )
            else value_quantity
        end as value_list_price,
        sum(value_quantity) over (partition by crm_system, opportunity_id) as deal_value,
    from counted
),

explained as (
    select
        *,
        -- The deal's own discount turns what was booked into what was ordered.
        coalesce(
            deal_discount <> 0
            and is_deal_in_one_currency
            and abs(
                {{ scale_whole(
                    'deal_value', '(10000000000 - deal_discount)', '10000000000', 'granule') }}
                - deal_ordered
            ) <= deal_slices * granule,
            false
        ) as is_deal_discount,
        -- A deal without lines was booked at the order's list prices.
        coalesce(
            not is_line
            and is_deal_in_one_currency
            and abs(deal_value - deal_list_total) <= deal_slices * granule,
            false
        ) as is_deal_at_list_price,
    from priced
),

-- What a difference left after all steps is, when it is more than rounding: line code and rule.
judged as (
    select
        *,
        case
            when not is_convertible then '1.99|rate_missing'
            when is_other_item then '1.14|other_item'
            when is_deal_discount then '1.17|deal_discount_percent'
            when is_deal_at_list_price then '1.17|order_below_list_price'
            when not coalesce(is_order_line_priced, false) or not is_one_currency
                then '1.99|no_evidence'
            when
                is_line and is_one_product and not is_one_item
                and right_unit_price = right_list_price
                then '1.14|bundle_price'
            when is_plausible_quantity then '1.17|net_price'
            else '1.99|no_evidence'
        end as rest_match,
    from explained
),

final as (
    select
        allocation_key,
        crm_system, opportunity_id, opportunity_line_id,
        erp_system, order_id, order_line_id,
        evidence_grade, link_rule,
        order_entity, order_currency, order_period, granule,
        booked_now as booked,
        booked as booked_then,
        value_currency, value_term, value_tax, value_quantity, value_list_price,
        ordered as ordered_then,
        ordered_now as ordered,
        is_convertible,
        substr(rest_match, 1, 4) as rest_code,
        substr(rest_match, 6) as rest_rule,
    from judged
)

select * from final
