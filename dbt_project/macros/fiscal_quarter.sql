{#- First month of the fiscal quarter of a month, for a fiscal year that starts in the given month. -#}
{% macro fiscal_quarter(period, fiscal_year_start_month) -%}
    cast(
        {{ dbt.dateadd(
            'month',
            '-mod(extract(month from ' ~ period ~ ') - ' ~ fiscal_year_start_month ~ ' + 12, 3)',
            period
        ) }} as date
    )
{%- endmacro %}
