{#-
  Reporting currency. A rate is the units of the reporting currency for one unit of another currency,
  decimal(28, 12); inside arithmetic it is a whole number of trillionths. Null where nobody states one:
  never 1, never guessed.
-#}
{% macro rate_units(rate) -%}
    cast(cast({{ rate }} as decimal(28, 12)) * 1000000000000 as {{ type_wide_integer() }})
{%- endmacro %}

{% macro from_rate_units(units) -%}
    cast(
        cast({{ units }} as decimal(26, 0)) * cast(0.000000000001 as decimal(12, 12))
        as decimal(28, 12)
    )
{%- endmacro %}

{#- Product of two rates, both in trillionths, as trillionths. -#}
{% macro chained_rate(rate, next_rate) -%}
    {{ scale_whole(rate, next_rate, '1000000000000', 1) }}
{%- endmacro %}

{#-
  An amount in ten-thousandths at a rate in trillionths: ten-thousandths of the reporting currency,
  rounded to its minor unit (`granule`). An amount in the reporting currency is itself, to the last digit.
-#}
{% macro at_rate(units, rate, currency, reporting_currency, granule) -%}
    case
        when {{ currency }} = {{ reporting_currency }} then {{ units }}
        else {{ scale_whole(units, rate, '1000000000000', granule) }}
    end
{%- endmacro %}

{#- Columns that a part of an anchor has, whatever its leg; models of parts end in them. -#}
{% macro reporting_part_columns() -%}
    {{ return([
        'definition_id', 'reporting_currency', 'granule', 'leg', 'group_key', 'side', 'pricing_rank',
        'record_key', 'entity', 'currency', 'period', 'units', 'rate', 'rate_system', 'rate_date',
        'crm_system', 'opportunity_id', 'erp_system', 'document_type', 'document_id',
        'document_line_id',
    ]) }}
{%- endmacro %}

{#- What tells a record's group from others. A revenue element has no lines, and each of its months has a rate of
    its own; a revenue plan may have the number of another document, as the ERP counts them apart. -#}
{% macro element_month(document_type, period) -%}
    case
        when {{ document_type }} = 'revenue_element'
            then cast({{ period }} as {{ dbt.type_string() }})
        when {{ document_type }} = 'revenue_plan' then ' of plan'
        else ''
    end
{%- endmacro %}

{#- Group of what is expected to be given back in a month and what the ledger posted for it. -#}
{% macro variable_group(erp_system, entity, currency, period) -%}
    'variable:' || {{ erp_system }} || ':' || {{ entity }} || ':' || {{ currency }} || ':'
    || cast({{ period }} as {{ dbt.type_string() }})
{%- endmacro %}
