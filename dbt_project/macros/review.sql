{#- The fields that a steward compares, in the order in which they are shown. -#}
{% macro compared_fields() -%}
    {{ return([
        'name', 'street', 'city', 'state', 'postal_code', 'country', 'domain', 'phone', 'tax_id',
    ]) }}
{%- endmacro %}

{#- Columns street .. country of the billing address; of the shipping address where there is none. -#}
{% macro billed_address(alias) -%}
    {%- for part in ['street', 'city', 'state', 'postal_code', 'country'] %}
        case
            when coalesce({{ alias }}.billing_street, {{ alias }}.billing_city) is not null
                then {{ alias }}.billing_{{ part }}
            else coalesce({{ alias }}.shipping_{{ part }}, {{ alias }}.billing_{{ part }})
        end as {{ part }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- Text for comparison: lower case letters and digits without accents; null when none is left. -#}
{% macro letters_and_digits(expression) -%}
    nullif({{ regexp_replace_all(strip_accents("lower(" ~ expression ~ ")"), "[^[:alnum:]]", "") }}, '')
{%- endmacro %}

{#- The fields on which two record profiles agree (or, with agree=false, differ), as text; a field that
    one side leaves blank is neither. -#}
{% macro fields_that(left, right, agree=true) -%}
    coalesce(concat_ws(', '
    {%- for field in compared_fields() %}
        , case
            when {{ left }}.compared_{{ field }} {{ '=' if agree else '<>' }} {{ right }}.compared_{{ field }}
                then '{{ field | replace('_', ' ') }}'
        end
    {%- endfor %}
    ), '')
{%- endmacro %}

{#- On how many fields two record profiles agree. -#}
{% macro agreement_count(left, right) -%}
    (
    {%- for field in compared_fields() %}
        case when {{ left }}.compared_{{ field }} = {{ right }}.compared_{{ field }} then 1 else 0 end
        {{- ' +' if not loop.last }}
    {%- endfor %}
    )
{%- endmacro %}

{#- The compared fields of a record profile as columns <prefix>_name .. <prefix>_tax_id. -#}
{% macro profile_columns(alias, prefix, except_fields=[]) -%}
    {%- for field in compared_fields() if field not in except_fields %}
        {{ alias }}.{{ field }} as {{ prefix }}_{{ field }},
    {%- endfor %}
{%- endmacro %}
