-- one row per allocation slice whose order line was changed after it was booked: as it was made
{%- set measures = ['quantity', 'unit_price', 'amount'] %}
with order_line as (
    select * from {{ ref('int_erp__order_line') }}
    where is_released
),

opportunity as (select * from {{ ref('int_crm__opportunity') }}),

change as (select * from {{ ref('int_erp__order_line_change') }}),

-- What changed before the deal closed, the deal was booked with.
later as (
    select
        allocation.allocation_key,
        change.*,
        row_number() over (
            partition by allocation.allocation_key, change.measure
            order by change.changed_at, change.source_id
        ) as place,
        row_number() over (
            partition by allocation.allocation_key, change.measure
            order by change.changed_at desc, change.source_id desc
        ) as place_from_last,
    from {{ ref('int_order_link__allocation') }} as allocation
    inner join change
        on
            allocation.erp_system = change.erp_system
            and allocation.order_id = change.order_id
            and allocation.order_line_id = change.order_line_id
    inner join order_line
        on
            allocation.erp_system = order_line.erp_system
            and allocation.order_id = order_line.order_id
            and allocation.order_line_id = order_line.order_line_id
    inner join opportunity
        on
            allocation.crm_system = opportunity.crm_system
            and allocation.opportunity_id = opportunity.opportunity_id
    where
        change.changed_at
        > coalesce(order_line.order_created_at, cast(order_line.order_date as timestamp))
        and cast(change.changed_at as date) > opportunity.close_date
),

-- Quantity first: a change of quantity changes the amount as well.
pivoted as (
    select
        allocation_key,
        erp_system,
        order_id,
        order_line_id,
        {%- for measure in measures %}
        max(case when measure = '{{ measure }}' and place = 1 then from_size end)
            as {{ measure }}_from,
        max(case when measure = '{{ measure }}' and place_from_last = 1 then to_size end)
            as {{ measure }}_to,
        {%- endfor %}
        min(changed_at) as changed_at,
        -- the ERP's own note, where it has one of any of them
        max(source) as source,
    from later
    where from_size is not null or place > 1
    group by allocation_key, erp_system, order_id, order_line_id
),

sized as (
    select
        pivoted.allocation_key,
        pivoted.changed_at,
        pivoted.source,
        order_line.amount as amount_now,
        {{ minor_unit_granule('order_line.minor_unit') }} as granule,
        {%- for measure in measures %}
        -- A history that does not end at today's value has a gap and proves nothing.
        case
            when pivoted.{{ measure }}_to = abs(order_line.{{ measure }})
                then pivoted.{{ measure }}_from * sign(order_line.{{ measure }})
        end as changed_{{ measure }},
        order_line.{{ measure }},
        {%- endfor %}
    from pivoted
    inner join order_line
        on
            pivoted.erp_system = order_line.erp_system
            and pivoted.order_id = order_line.order_id
            and pivoted.order_line_id = order_line.order_line_id
),

measured as (
    select
        *,
        {{ hundred_millionths('coalesce(changed_quantity, quantity)') }} as whole_quantity,
        {{ hundred_millionths('coalesce(changed_unit_price, unit_price)') }} as whole_price,
        {{ price_times_quantity(
            hundred_millionths('unit_price'), hundred_millionths('quantity')) }} as priced_now,
    from sized
),

-- Without a note of the amount it is price by quantity, where that is what it is today.
valued as (
    select
        *,
        case
            when changed_amount is not null then {{ ten_thousandths('changed_amount') }}
            when
                coalesce(changed_quantity, changed_unit_price) is not null
                and abs(priced_now - {{ ten_thousandths('amount_now') }}) <= granule
                then {{ scale_whole('whole_price', 'whole_quantity', '1000000000000', 'granule') }}
        end as line_ordered,
    from measured
),

final as (
    select
        allocation_key,
        changed_at,
        source,
        line_ordered,
        coalesce(changed_quantity, quantity) as quantity,
        coalesce(changed_unit_price, unit_price) as unit_price,
        case
            when changed_quantity is not null then 'quantity_changed'
            when changed_unit_price is not null then 'price_changed'
            else 'amount_changed'
        end as rule,
    from valued
    where line_ordered <> {{ ten_thousandths('amount_now') }}
)

select * from final
