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

{#-
  Position of the end of a service whose last day is `end_date`; a month that is begun counts whole
  where months count. Of what events recognise, the whole of their measure: what was sold, how many,
  or a hundred million shares.
-#}
{% macro schedule_end(method, end_date, sales_amount, quantity) -%}
    case
        when {{ method }} = 'none' then null
        when {{ method }} in ('invoice', 'payment') then {{ ten_thousandths('abs(' ~ sales_amount ~ ')') }}
        when {{ method }} in ('fulfilment', 'usage') then {{ hundred_millionths('abs(' ~ quantity ~ ')') }}
        when {{ method }} = 'milestone' then 100000000
        when {{ method }} = 'straight_line_month'
            then {{ schedule_position(method, next_month_start(end_date)) }}
        else {{ schedule_position(method, add_days(end_date, 1)) }}
    end
{%- endmacro %}

{#- Position of the beginning: of what events recognise, nothing. -#}
{% macro schedule_start(method, start_date) -%}
    case
        when {{ method }} like 'straight_line%' then {{ schedule_position(method, start_date) }}
        when {{ method }} <> 'none' then 0
    end
{%- endmacro %}

{#-
  What remains of a contract is shared among its remaining services: by the stand-alone prices of what
  remains of them where all have one; of one item by how much of it remains, so that it costs the same
  throughout; else as it is stated. `pool` is a window over the services that share.
-#}
{% macro remaining_service_weight(pool) -%}
    case
        when count(stand_alone_amount) over {{ pool }} = count(*) over {{ pool }}
            then {{ scale_whole(
                to_minor('stand_alone_amount', 'minor_unit'), 'remaining_measure', 'whole_measure', 1
            ) }}
        when
            min(item_id) over {{ pool }} = max(item_id) over {{ pool }}
            and count(item_id) over {{ pool }} = count(*) over {{ pool }}
            and min(recognition) over {{ pool }} = max(recognition) over {{ pool }}
            then
                remaining_measure * case
                    when recognition like 'straight_line%' or recognition = 'milestone'
                        then {{ hundred_millionths('abs(coalesce(new_quantity, 1))') }}
                    else 1
                end
        when remaining_measure > 0
            then greatest({{ to_minor('remaining_amount', 'minor_unit') }}, 0)
        else 0
    end
{%- endmacro %}
