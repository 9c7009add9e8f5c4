{#-
  Business date of the run as a timestamp: the variable as_of, else what the environment says, else the
  data's own watermark. A model that calls it depends on int_operations__load.

  The environment is read when a model runs and not when it is parsed: dbt remembers what a model read
  while it was parsed, and would parse all of them again whenever the date moves.
-#}
{% macro as_of() -%}
    {%- set stated = var('as_of', none) or (env_var('TIEOUT_AS_OF', '') if execute else none) -%}
    {%- if stated -%}
    cast('{{ stated }}' as timestamp)
    {%- else -%}
    (select max(load.watermark) from {{ ref('int_operations__load') }} as load)
    {%- endif -%}
{%- endmacro %}

{#- Only loads up to this time are seen, as a timestamp; nothing when every load is. -#}
{% macro known_at() -%}
    {%- set stated = var('known_at', none) or (env_var('TIEOUT_KNOWN_AT', '') if execute else none) -%}
    {%- if stated -%} cast('{{ stated }}' as timestamp) {%- endif -%}
{%- endmacro %}

{#-
  Business days from one date to another: the numbers of int_reference__business_calendar subtracted,
  floored at 0. `first_number` and `last_number` are business_day_number of the two dates.
-#}
{% macro business_days_between(first_number, last_number) -%}
    case when {{ last_number }} < {{ first_number }} then 0 else {{ last_number }} - {{ first_number }} end
{%- endmacro %}

{#-
  True when the dated row `alias` (valid_from, valid_to exclusive) holds on a day. What has no day, or
  one beyond the calendar of dated rows, takes the row that holds now, or the first.
-#}
{% macro holds_on(alias, day) -%}
    least(
        greatest(coalesce({{ day }}, cast('9999-12-30' as date)), cast('1900-01-01' as date)),
        cast('9999-12-30' as date)
    ) >= {{ alias }}.valid_from
    and least(
        greatest(coalesce({{ day }}, cast('9999-12-30' as date)), cast('1900-01-01' as date)),
        cast('9999-12-30' as date)
    ) < {{ alias }}.valid_to
{%- endmacro %}
