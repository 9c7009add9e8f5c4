-- one row per released order line and posted bill line of it, and one for the order line's open
-- rest (document_id ''): the slices of an order line add up to its amount exactly
{%- set order_key = ['erp_system', 'order_id', 'order_line_id'] %}
with order_bill as (select * from {{ ref('int_bridge__order_bill') }}),

-- measured along the order's own sign, so that a negative line is consumed like a positive one
measured as (
    select
        *,
        case
            when is_absurd then 1
            when is_by_quantity then abs(order_quantity)
            else abs(order_units)
        end as whole,
        case
            when document_id = '' or is_absurd then 0
            when is_by_quantity then billed_quantity * sign(order_quantity)
            else billed_units * sign(order_units)
        end as measure
    from order_bill
),

running as (
    select
        *,
        sum(measure) over (
            partition by erp_system, order_id, order_line_id
            order by slice_rank
            rows between unbounded preceding and current row
        ) as measured_to_date
    from measured
),

-- how far the order line is covered never falls: a negative bill in between uncovers nothing
covered as (
    select
        *,
        case
            when document_id = '' then whole
            else max(least(greatest(measured_to_date, 0), whole)) over (
                partition by erp_system, order_id, order_line_id
                order by slice_rank
                rows between unbounded preceding and current row
            )
        end as covered_to_date
    from running
),

weighted as (
    select
        *,
        covered_to_date - coalesce(
            lag(covered_to_date) over (
                partition by erp_system, order_id, order_line_id
                order by slice_rank
            ),
            0
        ) as weight
    from covered
),

divided as (
    {{ largest_remainder(
        relation='weighted', total='order_units', weight='weight',
        partition_by=order_key, order_by=['slice_rank'], result='slice_units'
    ) }}
),

parted as (
    select
        *,
        {{ scale_whole('billed_units', 'weight', 'measure', '1') }} as covered_units,
        row_number() over (
            partition by erp_system, order_id, order_line_id
            order by slice_rank
        ) as part,
        order_amount - {{ from_minor('order_units', 'minor_unit') }} as below_minor_unit
    from divided
),

-- what an order amount holds below the minor unit stays with its first slice
final as (
    select
        erp_system,
        order_id,
        order_line_id,
        document_id,
        document_line_id,
        {{ money(
            from_minor('slice_units', 'minor_unit')
            ~ ' + case when part = 1 then below_minor_unit else 0 end'
        ) }} as slice_amount,
        case
            when document_id = '' then 0
            when measure = weight then billed_amount
            when weight = 0 then 0
            else {{ from_minor('covered_units', 'minor_unit') }}
        end as covered_amount,
        billed_amount,
        is_price_changed
    from parted
)

select * from final
