-- one row per allocation slice of a released order: the facts of both sides that a step can rest on
with allocation as (select * from {{ ref('int_order_link__allocation') }}),

-- What was edited in the CRM or changed on the order since counts as it was at the order.
history as (select * from {{ ref('int_bridge__leg1_history') }}),

opportunity_line as (
    select * from {{ ref('int_crm__opportunity_line') }}
    where not is_deleted
),

opportunity as (select * from {{ ref('int_crm__opportunity') }}),

order_line as (
    select * from {{ ref('int_erp__order_line') }}
    where is_released
),

exchange_rate as (select * from {{ ref('int_bridge__daily_rate') }}),

-- Tax and freight that a header line of the deal already holds is in none of its slices.
header_difference as (
    select crm_system, opportunity_id, sum(amount) as amount
    from opportunity_line
    where line_kind = 'header_difference'
    group by crm_system, opportunity_id
),

-- Evidence of either side, in whole numbers.
measured as (
    select
        allocation.allocation_key,
        allocation.crm_system,
        allocation.opportunity_id,
        allocation.opportunity_line_id,
        allocation.erp_system,
        allocation.order_id,
        allocation.order_line_id,
        allocation.evidence_grade,
        allocation.link_rule,
        order_line.entity as order_entity,
        order_line.currency as order_currency,
        order_line.period as order_period,
        opportunity_line.line_kind = 'line' as is_line,
        opportunity_line.currency = order_line.currency as is_one_currency,
        opportunity_line.product_key,
        order_line.sku,
        {{ is_other_item('opportunity_line.item_skus', 'order_line.sku') }} as is_other_item,
        {{ minor_unit_granule('order_line.minor_unit') }} as granule,
        {{ ten_thousandths('allocation.booked_amount') }} as booked_now,
        {{ ten_thousandths('allocation.ordered_amount') }} as ordered_now,
        coalesce(history.booked, {{ ten_thousandths('allocation.booked_amount') }}) as booked,
        coalesce(history.ordered, {{ ten_thousandths('allocation.ordered_amount') }}) as ordered,
        coalesce(history.is_as_ordered, false) as is_as_ordered,
        case
            when history.is_order_changed then history.line_ordered
            else {{ ten_thousandths('order_line.amount') }}
        end as order_line_amount,
        {{ hundred_millionths('opportunity_line.quantity') }} as quantity_now,
        {{ hundred_millionths("case when history.is_order_changed then history.quantity
            else order_line.quantity end") }} as right_quantity,
        {{ hundred_millionths('opportunity_line.list_price') }} as left_list_price,
        {{ hundred_millionths('order_line.list_price') }} as right_list_price,
        {{ hundred_millionths("case when history.is_order_changed then history.unit_price
            else order_line.unit_price end") }} as right_unit_price,
        -- A deal known by its header alone has one term for all its order lines: no proof of each.
        case
            when opportunity_line.line_kind = 'line' or allocation.slices_of_booked = 1
                then opportunity_line.term_months
        end as left_term,
        order_line.term_months as right_term,
        {{ hundred_millionths('coalesce(opportunity.discount_percent, 0)') }} as deal_discount,
        case
            when
                header_difference.amount
                = coalesce(opportunity.tax_amount, 0) + coalesce(opportunity.freight_amount, 0)
                then 0
            else {{ ten_thousandths("coalesce(opportunity.tax_amount, 0)
                + coalesce(opportunity.freight_amount, 0)") }}
        end as deal_tax,
        {{ hundred_millionths('exchange_rate.rate') }} as rate,
    from allocation
    inner join order_line
        on
            allocation.erp_system = order_line.erp_system
            and allocation.order_id = order_line.order_id
            and allocation.order_line_id = order_line.order_line_id
    left join history on allocation.allocation_key = history.allocation_key
    left join opportunity_line
        on
            allocation.crm_system = opportunity_line.crm_system
            and allocation.opportunity_id = opportunity_line.opportunity_id
            and allocation.opportunity_line_id = opportunity_line.opportunity_line_id
    left join opportunity
        on
            allocation.crm_system = opportunity.crm_system
            and allocation.opportunity_id = opportunity.opportunity_id
    left join header_difference
        on
            allocation.crm_system = header_difference.crm_system
            and allocation.opportunity_id = header_difference.opportunity_id
    left join exchange_rate
        on
            order_line.currency <> opportunity_line.currency
            and allocation.erp_system = exchange_rate.source_system
            and opportunity_line.currency = exchange_rate.from_currency
            and order_line.currency = exchange_rate.to_currency
            and order_line.order_date >= exchange_rate.rate_date
            and order_line.order_date < exchange_rate.next_rate_date
),

-- At its price of today, the amount that was booked then is the order's quantity: that was edited.
counted as (
    select
        measured.*,
        case
            when
                booked <> booked_now
                and {{ scale_whole('booked_now', 'right_quantity', 'quantity_now', 'granule') }}
                = booked
                then right_quantity
            else quantity_now
        end as left_quantity,
    from measured
),

-- A deal in another currency was priced at the rate that both list prices show, when that is within
-- a tenth of the rate of the order's day; else at the day's rate. Without one nothing is converted.
rated as (
    select
        counted.*,
        case
            when
                10 * abs(right_list_price * 100000000 - left_list_price * rate)
                <= left_list_price * rate
                then right_list_price
            else rate
        end as rate_numerator,
        case
            when
                10 * abs(right_list_price * 100000000 - left_list_price * rate)
                <= left_list_price * rate
                then left_list_price
            when rate is not null then 100000000
        end as rate_denominator,
        {{ scale_whole('booked', '1000000000000', 'left_quantity', 1) }} as left_unit_price,
    from counted
),

-- What the slices of one line, and of one deal, show together.
final as (
    select
        rated.* exclude (left_unit_price),
        -- The order's price is the deal's price converted, to the minor unit.
        coalesce(
            not is_one_currency
            and left_quantity = right_quantity
            and count(*) over left_line = 1
            and count(*) over right_line = 1
            and {{ scale_whole(
                'left_unit_price', 'rate_numerator', 'rate_denominator', '(granule * 10000)') }}
            = right_unit_price,
            false
        ) as is_converted_price,
        sum(right_quantity) over left_line as ordered_quantity,
        sum(left_quantity) over right_line as booked_quantity,
        min(right_quantity) over left_line = max(right_quantity) over left_line as is_even_quantity,
        count(*) over left_line = 1 or min(sku) over left_line = max(sku) over left_line
            as is_one_item,
        count(*) over right_line = 1
        or min(product_key) over right_line = max(product_key) over right_line as is_one_product,
        count(*) over right_line = 1 as is_sole_left_line,
        bool_and(is_one_currency) over deal as is_deal_in_one_currency,
        sum(ordered) over deal as deal_ordered,
        count(*) over deal as deal_slices,
        -- The order at its own list prices; known when every line has one.
        case
            when count(right_list_price) over deal = count(*) over deal
                then sum({{ price_times_quantity('right_list_price', 'right_quantity') }}) over deal
        end as deal_list_total,
        abs({{ price_times_quantity('right_unit_price', 'right_quantity') }} - order_line_amount)
        <= granule as is_order_line_priced,
    from rated
    window
        left_line as (partition by crm_system, opportunity_id, opportunity_line_id),
        right_line as (partition by erp_system, order_id, order_line_id),
        deal as (partition by crm_system, opportunity_id)
)

select * from final
