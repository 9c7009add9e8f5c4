-- one row per performance obligation that has a stand-alone price on the day it was agreed, in
-- ten-thousandths
with obligation as (select * from {{ ref('int_revenue__stated_obligation') }}),

option as (select * from {{ ref('int_revenue__option') }}),

stand_alone_price as (
    select
        *,
        coalesce('item ' || item_id, 'category ' || revenue_category) as price_of
    from ({{ union_systems(var('erp_systems'), 'stand_alone_price') }}) as price
),

-- a price of the item goes before one of its category, a later one before an earlier one
wanted as (
    {%- for name in ['item', 'category'] %}
    select
        *,
        '{{ name }} ' || {{ 'item_id' if name == 'item' else 'revenue_category' }} as price_of,
        {{ loop.index }} as precedence
    from obligation
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

priced as (
    select
        wanted.erp_system,
        wanted.obligation_id,
        price.range_policy,
        {%- for measure in ['unit', 'low', 'high'] %}
        {{ price_times_quantity(
            hundred_millionths('price.' ~ measure ~ '_price'), hundred_millionths('wanted.quantity')
        ) }} as {{ measure }}_units,
        {%- endfor %}
        {{ ten_thousandths('wanted.sales_amount') }} as sales_units,
        row_number() over (
            partition by wanted.erp_system, wanted.obligation_id
            order by
                wanted.precedence asc, price.valid_from desc, price.stand_alone_price_id asc
        ) as preference
    from wanted
    inner join stand_alone_price as price
        on
            wanted.erp_system = price.source_system
            and {{ same_keys('wanted', 'price', ['currency', 'price_of']) }}
            and wanted.agreed_on >= price.valid_from
            and wanted.agreed_on < price.valid_to
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
