{#-
  Money is decimal(28, 4) in transaction currency; prices and quantities decimal(28, 8); rates
  decimal(28, 12). Inside an allocation money is a whole number of minor units (ISO 4217).
-#}
{% macro money(expression) -%}
    cast({{ expression }} as decimal(28, 4))
{%- endmacro %}

{% macro quantity(expression) -%}
    cast({{ expression }} as decimal(28, 8))
{%- endmacro %}

{#- Amount to a whole number of minor units; what lies below a minor unit is rounded. -#}
{% macro to_minor(amount, minor_unit) -%}
    cast(
        cast({{ amount }} as decimal(28, 4))
        * case {{ minor_unit }}
            when 0 then cast(1 as smallint) when 1 then cast(10 as smallint)
            when 3 then cast(1000 as smallint) when 4 then cast(10000 as smallint)
            else cast(100 as smallint)
        end
        as {{ type_wide_integer() }}
    )
{%- endmacro %}

{#- Whole number of minor units to an amount; exact. -#}
{% macro from_minor(minor, minor_unit) -%}
    cast(
        cast({{ minor }} as decimal(28, 0))
        * case {{ minor_unit }}
            when 0 then cast(1 as decimal(5, 4)) when 1 then cast(0.1 as decimal(5, 4))
            when 3 then cast(0.001 as decimal(5, 4)) when 4 then cast(0.0001 as decimal(5, 4))
            else cast(0.01 as decimal(5, 4))
        end
        as decimal(28, 4)
    )
{%- endmacro %}

{#-
  Largest remainder: shares of a whole number that add up to it exactly. Emits a select over `relation`
  with every column of it plus `result`.
    total         whole number to divide, the same on every row of a partition, of either sign
    weight        non-negative whole number; when all weights of a partition are 0 they count as equal
    partition_by  columns that identify the thing divided
    order_by      columns that break ties, unique within a partition
-#}
{% macro largest_remainder(relation, total, weight, partition_by, order_by, result) -%}
    {%- set wide = type_wide_integer() -%}
    {%- set part = partition_by | join(', ') -%}
    select
        ranked.* exclude (lr_total, lr_weight, lr_weights, lr_floor, lr_rest, lr_rank),
        cast(
            case when ranked.lr_total < 0 then -1 else 1 end * (
                ranked.lr_floor
                + case
                    when
                        ranked.lr_rank <= abs(ranked.lr_total)
                        - sum(ranked.lr_floor) over (partition by {{ part }})
                        then 1
                    else 0
                end
            )
            as {{ wide }}
        ) as {{ result }}
    from (
        select
            floored.*,
            row_number() over (
                partition by {{ part }} order by floored.lr_rest desc, {{ order_by | join(', ') }}
            ) as lr_rank
        from (
            select
                weighted.*,
                {{ whole_quotient('abs(weighted.lr_total) * weighted.lr_weight', 'weighted.lr_weights') }}
                    as lr_floor,
                (abs(weighted.lr_total) * weighted.lr_weight) % weighted.lr_weights as lr_rest
            from (
                select
                    bounded.*,
                    cast(sum(bounded.lr_weight) over (partition by {{ part }}) as {{ wide }})
                        as lr_weights
                from (
                    select
                        based.* exclude (lr_weight),
                        -- absurdly large numbers: coarser weights, so that the product fits its type
                        case
                            when
                                abs(based.lr_total) < 1000000000000000000
                                and sum(based.lr_weight) over (partition by {{ part }})
                                < 1000000000000000000
                                then based.lr_weight
                            else {{ whole_quotient(
                                'based.lr_weight * 1000000000',
                                'cast(sum(based.lr_weight) over (partition by ' ~ part ~ ') as ' ~ wide ~ ')'
                            ) }}
                        end as lr_weight
                    from (
                        select
                            given.*,
                            cast({{ total }} as {{ wide }}) as lr_total,
                            cast(
                                case
                                    when sum({{ weight }}) over (partition by {{ part }}) = 0 then 1
                                    else {{ weight }}
                                end
                                as {{ wide }}
                            ) as lr_weight
                        from {{ relation }} as given
                    ) as based
                ) as bounded
            ) as weighted
        ) as floored
    ) as ranked
{%- endmacro %}

{#-
  A share in minor units as an amount. What the whole amount holds below the minor unit is in no share and
  stays with the first one, so that the shares add up to it exactly.
-#}
{% macro amount_of_share(units, whole_amount, whole_units, is_first, minor_unit) -%}
    cast(
        {{ from_minor(units, minor_unit) }}
        + case when {{ is_first }} then {{ whole_amount }} - {{ from_minor(whole_units, minor_unit) }} else 0 end
        as decimal(28, 4)
    )
{%- endmacro %}

{#-
  Quantity times unit price less a discount in percent, rounded to the minor unit. Null when a part is
  unknown or so absurdly large that the product would overflow. In whole numbers: the product of two
  decimals of up to 18 digits is itself cut to 18 digits.
-#}
{% macro line_amount(quantity, unit_price, discount_percent, minor_unit) -%}
    {%- set gross = price_times_quantity(
        hundred_millionths(unit_price), hundred_millionths(quantity)
    ) -%}
    {%- set kept_percent = hundred_millionths('100 - coalesce(' ~ discount_percent ~ ', 0)') -%}
    {{ from_ten_thousandths(
        scale_whole(gross, kept_percent, '10000000000', minor_unit_granule(minor_unit))
    ) }}
{%- endmacro %}

{#-
  One row per amount column of an object: its sum over all of `rows`, a query, to the four decimals of a
  control total; null where no row has one. The rows are read once for all columns.
-#}
{% macro amount_totals(system, object, rows, columns) -%}
    select
        '{{ system }}' as source_system,
        '{{ object }}' as object,
        named.column_name,
        case named.column_name
            {%- for column in columns %}
            when '{{ column }}' then total.{{ column }}
            {%- endfor %}
        end as amount
    from (
        select
            {%- for column in columns %}
            cast(round(sum(source.{{ column }}), 4) as decimal(28, 4)) as {{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
        from ({{ rows }}) as source
    ) as total
    cross join (
        {%- for column in columns %}
        select '{{ column }}' as column_name{{ ' union all' if not loop.last }}
        {%- endfor %}
    ) as named
{%- endmacro %}

{#- Whether two amounts are further apart than so many minor units. -#}
{% macro is_further_apart(amount, other_amount, minor_units, minor_unit) -%}
    abs({{ amount }} - {{ other_amount }}) > {{ from_minor(minor_units, minor_unit) }}
{%- endmacro %}
