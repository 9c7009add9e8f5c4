{#-
  Exact arithmetic in whole numbers. Amounts travel as ten-thousandths (all four decimals of money),
  prices and quantities as hundred-millionths (all eight decimals), so nothing is lost on the way in.
-#}
{% macro ten_thousandths(amount) -%}
    cast(cast({{ amount }} as decimal(28, 4)) * 10000 as {{ type_wide_integer() }})
{%- endmacro %}

{% macro hundred_millionths(measure) -%}
    cast(cast({{ measure }} as decimal(28, 8)) * 100000000 as {{ type_wide_integer() }})
{%- endmacro %}

{#- Whole number of ten-thousandths to an amount; exact. -#}
{% macro from_ten_thousandths(whole) -%}
    cast(cast({{ whole }} as decimal(32, 0)) * cast(0.0001 as decimal(5, 4)) as decimal(28, 4))
{%- endmacro %}

{#- How many ten-thousandths one minor unit of a currency is. -#}
{% macro minor_unit_granule(minor_unit) -%}
    case {{ minor_unit }} when 0 then 10000 when 1 then 1000 when 3 then 10 when 4 then 1 else 100 end
{%- endmacro %}

{#-
  amount x numerator / denominator, rounded half away from zero to a multiple of `granule`; all whole
  numbers. Null when a part is null, the denominator is zero, or a part is so absurdly large that the
  product could overflow: no evidence then, and the caller leaves the difference unclassified.
-#}
{% macro scale_whole(amount, numerator, denominator, granule) -%}
    {%- set whole = type_wide_integer() -%}
    {%- set divisor = 'cast(abs(' ~ denominator ~ ') as ' ~ whole ~ ') * ' ~ granule -%}
    case
        when
            abs({{ amount }}) < 1000000000000000000
            and abs({{ numerator }}) < 1000000000000000000
            and abs({{ denominator }}) between 1 and 1000000000000000000
            then
                sign({{ amount }}) * sign({{ numerator }}) * sign({{ denominator }})
                * {{ whole_quotient(
                    '2 * abs(cast(' ~ amount ~ ' as ' ~ whole ~ ') * ' ~ numerator ~ ') + ' ~ divisor,
                    '2 * ' ~ divisor) }}
                * {{ granule }}
    end
{%- endmacro %}

{#- Price x quantity, both in hundred-millionths, as ten-thousandths of an amount, rounded half away from
    zero; null when either is unknown or absurdly large. -#}
{% macro price_times_quantity(price, quantity) -%}
    {{ scale_whole(price, quantity, '1000000000000', 1) }}
{%- endmacro %}

{#- Whether an order's item is known and is none of the items that the deal's product stands for.
    `item_skus` is the list that int_crm__opportunity_line carries, separated by comma and blank. -#}
{% macro is_other_item(item_skus, sku) -%}
    coalesce({{ item_skus }} <> '' and {{ sku }} <> '' and {{ dbt.position(
        "', ' || upper(" ~ sku ~ ") || ', '", "', ' || upper(" ~ item_skus ~ ") || ', '") }} = 0, false)
{%- endmacro %}

{#- Whether two numbers have one sign, are not 0, and are within a thousand times of each other. -#}
{% macro is_of_one_magnitude(one, other) -%}
    (
        sign({{ one }}) = sign({{ other }}) and {{ other }} <> 0
        and abs({{ one }}) <= 1000 * abs({{ other }}) and abs({{ other }}) <= 1000 * abs({{ one }})
    )
{%- endmacro %}
