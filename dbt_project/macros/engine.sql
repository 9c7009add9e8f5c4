{#-
  What differs between engines stands here, behind dispatch: the default is DuckDB's spelling unless a
  portable one exists. Another engine overrides a macro as <engine>__<name>.
-#}

{#- Type of exact whole numbers that hold a product of two amounts in minor units. -#}
{% macro type_wide_integer() -%}
    {{ return(adapter.dispatch('type_wide_integer', 'tieout')()) }}
{%- endmacro %}
{% macro default__type_wide_integer() %}decimal(38, 0){% endmacro %}
{% macro duckdb__type_wide_integer() %}hugeint{% endmacro %}

{#- Whole quotient of two whole numbers, rounded towards zero, and what is left over. -#}
{% macro whole_quotient(numerator, denominator) -%}
    {{ return(adapter.dispatch('whole_quotient', 'tieout')(numerator, denominator)) }}
{%- endmacro %}
{% macro default__whole_quotient(numerator, denominator) -%}
    (({{ numerator }}) - mod({{ numerator }}, {{ denominator }})) / ({{ denominator }})
{%- endmacro %}
{% macro duckdb__whole_quotient(numerator, denominator) -%}
    (({{ numerator }}) // ({{ denominator }}))
{%- endmacro %}

{#- Replace every match of a regular expression. -#}
{% macro regexp_replace_all(expression, pattern, replacement) -%}
    {{ return(adapter.dispatch('regexp_replace_all', 'tieout')(expression, pattern, replacement)) }}
{%- endmacro %}
{% macro default__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}
{% macro duckdb__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{#- First group of a regular expression; null when it does not match. -#}
{% macro regexp_group(expression, pattern) -%}
    {{ return(adapter.dispatch('regexp_group', 'tieout')(expression, pattern)) }}
{%- endmacro %}
{% macro default__regexp_group(expression, pattern) -%}
    nullif(regexp_extract({{ expression }}, '{{ pattern }}', 1), '')
{%- endmacro %}

{% macro regexp_matches(expression, pattern) -%}
    {{ return(adapter.dispatch('regexp_matches', 'tieout')(expression, pattern)) }}
{%- endmacro %}
{% macro default__regexp_matches(expression, pattern) -%}
    regexp_like({{ expression }}, '{{ pattern }}')
{%- endmacro %}
{% macro duckdb__regexp_matches(expression, pattern) -%}
    regexp_matches({{ expression }}, '{{ pattern }}')
{%- endmacro %}

{#- Letters without their accents: é becomes e. -#}
{% macro strip_accents(expression) -%}
    {{ return(adapter.dispatch('strip_accents', 'tieout')(expression)) }}
{%- endmacro %}
{% macro default__strip_accents(expression) -%}
    translate({{ expression }}, 'àáâãäåçèéêëìíîïñòóôõöùúûüýÿ', 'aaaaaaceeeeiiiinooooouuuuyy')
{%- endmacro %}
{% macro duckdb__strip_accents(expression) -%}
    strip_accents({{ expression }})
{%- endmacro %}

{#- One text of many values in a stable order. -#}
{% macro string_list(expression, order_by, separator=', ') -%}
    {{ return(adapter.dispatch('string_list', 'tieout')(expression, order_by, separator)) }}
{%- endmacro %}
{% macro default__string_list(expression, order_by, separator) -%}
    string_agg({{ expression }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}

{#- One text of the values of all rows of a partition; the order does not matter to who searches it. -#}
{% macro string_list_over(expression, partition_by, separator) -%}
    {{ return(adapter.dispatch('string_list_over', 'tieout')(expression, partition_by, separator)) }}
{%- endmacro %}
{% macro default__string_list_over(expression, partition_by, separator) -%}
    string_agg({{ expression }}, '{{ separator }}') over (partition by {{ partition_by }})
{%- endmacro %}

{#- The least value that at least so many of a group's values do not exceed: one that occurs, never a
    mean of two. Nulls do not count; null of none. -#}
{% macro exact_percentile(expression, fraction) -%}
    {{ return(adapter.dispatch('exact_percentile', 'tieout')(expression, fraction)) }}
{%- endmacro %}
{% macro default__exact_percentile(expression, fraction) -%}
    percentile_disc({{ fraction }}) within group (order by {{ expression }})
{%- endmacro %}

{#- Rows of one date each, from the first to the last day, both included. -#}
{% macro date_spine_rows(first_date, last_date) -%}
    {{ return(adapter.dispatch('date_spine_rows', 'tieout')(first_date, last_date)) }}
{%- endmacro %}
{% macro default__date_spine_rows(first_date, last_date) -%}
    select cast(spine.day as date) as calendar_date
    from (
        select unnest(generate_series({{ first_date }}, {{ last_date }}, interval 1 day)) as day
    ) as spine
{%- endmacro %}

{#- 1 for Monday to 7 for Sunday. -#}
{% macro iso_day_of_week(expression) -%}
    {{ return(adapter.dispatch('iso_day_of_week', 'tieout')(expression)) }}
{%- endmacro %}
{% macro default__iso_day_of_week(expression) -%}
    extract(isodow from {{ expression }})
{%- endmacro %}

{#- First day of the month of a date, as a date. -#}
{% macro month_start(expression) -%}
    cast(date_trunc('month', {{ expression }}) as date)
{%- endmacro %}

{#- A date moved by a number of days. -#}
{% macro add_days(expression, days) -%}
    {{ return(adapter.dispatch('add_days', 'tieout')(expression, days)) }}
{%- endmacro %}
{% macro default__add_days(expression, days) -%}
    cast({{ dbt.dateadd('day', days, expression) }} as date)
{%- endmacro %}
{% macro duckdb__add_days(expression, days) -%}
    cast({{ expression }} + cast({{ days }} as integer) as date)
{%- endmacro %}

{#- Text under the first of several names in a JSON object. -#}
{% macro json_text(expression, names) -%}
    {{ return(adapter.dispatch('json_text', 'tieout')(expression, names)) }}
{%- endmacro %}
{% macro default__json_text(expression, names) -%}
    coalesce(
        {%- for name in names %}
        json_extract_string({{ expression }}, '$."{{ name }}"'){{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{#- A cast that gives null where the text does not fit the type. -#}
{% macro cast_or_null(expression, type) -%}
    {{ return(adapter.dispatch('cast_or_null', 'tieout')(expression, type)) }}
{%- endmacro %}
{% macro default__cast_or_null(expression, type) -%}
    try_cast({{ expression }} as {{ type }})
{%- endmacro %}

{#- What a rejected row says about its money: the first amount column of the vendors' spellings. -#}
{% macro payload_amount(expression) -%}
    {{ cast_or_null(json_text(expression, [
        'amount', 'Amount', 'TotalPrice', 'total_price', 'foreignamount', 'foreigntotal', 'ForeignAmount',
        'discountedsalesamount',
    ]), 'decimal(28, 4)') }}
{%- endmacro %}

{% macro payload_currency(expression) -%}
    {{ json_text(expression, ['CurrencyIsoCode', 'currency_iso_code']) }}
{%- endmacro %}

{#- One row per name and value of a JSON object: select list items `name` and `value`, both text. -#}
{% macro json_pairs(expression) -%}
    {{ return(adapter.dispatch('json_pairs', 'tieout')(expression)) }}
{%- endmacro %}
{% macro default__json_pairs(expression) -%}
    unnest(json_keys({{ expression }})) as name,
    unnest(list_transform(
        json_keys({{ expression }}),
        lambda one: json_extract_string({{ expression }}, '$."' || one || '"')
    )) as value
{%- endmacro %}

{#- A column's name as exports may spell it: CloseDate, close_date and CLOSEDATE are one. -#}
{% macro name_key(expression) -%}
    lower(replace({{ expression }}, '_', ''))
{%- endmacro %}
