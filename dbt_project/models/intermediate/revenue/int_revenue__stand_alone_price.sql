-- one row per performance obligation that has a stand-alone price on the day it was agreed, in
-- ten-thousandths
with obligation as (select * from {{ ref('int_revenue__stated_obligation') }}),

option as (select * from {{ ref('int_revenue__option') }}),

stand_alone_price as (
    {{ union_systems(var('erp_systems'), 'stand_alone_price') }}
),

-- a price of the item goes before one of its category, a later one before an earlier one
priced as (
    select
        obligation.erp_system,
        obligation.obligation_id,
        price.range_policy,
        {%- for measure in ['unit', 'low', 'high'] %}
        {{ price_times_quantity(
            hundred_millionths('price.' ~ measure ~ '_price'),
            hundred_millionths('obligation.quantity')
        ) }} as {{ measure }}_units,
        {%- endfor %}
        {{ ten_thousandths('obligation.sales_amount') }} as sales_units,
        row_number() over (
            partition by obligation.erp_system, obligation.obligation_id
            order by
                case when price.item_id is not null then 0 else 1 end asc,
                price.valid_from desc,
                price.stand_alone_price_id asc
        ) as preference
    from obligation
    inner join stand_alone_price as price
        on
            obligation.erp_system = price.source_system
            and obligation.currency = price.currency
            and obligation.agreed_on >= price.valid_from
            and obligation.agreed_on < price.valid_to
            and (
                obligation.item_id = price.item_id
                or (price.item_id is null and obligation.revenue_category = price.revenue_category)
            )
),

-- where a price has a range, what was agreed within it counts, and its policy says what else
final as (
    select
        erp_system,
        obligation_id,
        case
            when range_policy is null or coalesce(low_units, high_units) is null then unit_units
            when
                sales_units >= coalesce(low_units, sales_units)
                and sales_units <= coalesce(high_units, sales_units) then sales_units
            when range_policy = 'high' then coalesce(high_units, unit_units)
            when range_policy = 'low' then coalesce(low_units, unit_units)
            when range_policy = 'boundary' and sales_units < low_units then low_units
            when range_policy = 'boundary' then high_units
            else unit_units
        end as stand_alone_units,
        low_units,
        high_units
    from priced
    where preference = 1
    union all by name
    select
        erp_system,
        obligation_id,
        stand_alone_units
    from option
)

select * from final
