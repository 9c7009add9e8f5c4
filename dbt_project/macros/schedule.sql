{#-
  Progress of a service as a whole number that grows with the date and can be cut anywhere: what lies
  between two dates weighs the difference of their positions. `day` is a boundary: service up to the
  day before. 377,580 is the least number that 28, 29, 30 and 31 divide.
    straight_line_day         a day
    straight_line_month       a month, however little of it is served (its dates are whole months)
    straight_line_prorated    a month, a part of one by its days
    straight_line_half_month  half a month where a month is begun or left on any day but its first
    straight_line_mid_month   a month; begun after its 15th, it counts as the next
-#}
{% macro schedule_position(method, day) -%}
    {%- set month = "(12 * extract(year from " ~ day ~ ") + extract(month from " ~ day ~ "))" -%}
    {%- set day_of_month = "extract(day from " ~ day ~ ")" -%}
    case {{ method }}
        when 'straight_line_month' then {{ month }}
        when 'straight_line_prorated'
            then
                {{ month }} * 377580
                + ({{ day_of_month }} - 1) * {{ whole_quotient(
                    '377580', dbt.datediff(month_start(day), next_month_start(day), 'day')
                ) }}
        when 'straight_line_half_month'
            then 2 * {{ month }} + case when {{ day_of_month }} > 1 then 1 else 0 end
        when 'straight_line_mid_month'
            then {{ month }} + case when {{ day_of_month }} > 15 then 1 else 0 end
        else {{ dbt.datediff("cast('1900-01-01' as date)", day, 'day') }}
    end
{%- endmacro %}

{#- First day of the month after that of a date. -#}
{% macro next_month_start(day) -%}
    {{ month_start(add_days(month_start(day), 31)) }}
{%- endmacro %}

{#-
  What is recognised once a service has come to `position`: of `amount` what was recognised before this
  version of it, and the rest by progress, rounded half away from zero. Rounding the total, not the
  month, keeps a month as it is whatever comes after it, and the sum exact.
-#}
{% macro recognised_to(amount, recognised_before, position, from_position, until_position, minor_unit) -%}
    case
        when {{ position }} >= {{ until_position }} then {{ amount }}
        when {{ position }} <= {{ from_position }} then {{ recognised_before }}
        else
            {{ recognised_before }}
            + {{ from_ten_thousandths(scale_whole(
                ten_thousandths(amount ~ ' - ' ~ recognised_before),
                '(' ~ position ~ ' - ' ~ from_position ~ ')',
                '(' ~ until_position ~ ' - ' ~ from_position ~ ')',
                minor_unit_granule(minor_unit)
            )) }}
    end
{%- endmacro %}
