-- one row per object and amount column: the sum over all current rows, whatever their currency
{{ config(materialized='view') }}

{#- Every column of type money, price or quantity that the source declares; a test compares. -#}
{%- set amounts = {
    'account': ['annual_revenue'],
    'campaign': ['budgeted_cost', 'actual_cost'],
    'opportunity': ['amount', 'tax_amount_c', 'freight_amount_c'],
    'opportunity_history': ['amount'],
    'opportunity_line_item': ['quantity', 'unit_price', 'list_price', 'total_price'],
    'pricebook_entry': ['unit_price'],
    'quote': ['total_price', 'grand_total', 'tax', 'shipping_handling'],
    'quote_line_item': ['quantity', 'unit_price', 'list_price', 'total_price'],
} -%}
{%- set pairs = [] -%}
{%- for object, columns in amounts.items() -%}
    {%- for column in columns -%}
        {%- do pairs.append((object, column)) -%}
    {%- endfor -%}
{%- endfor -%}

with

{% for object, columns in amounts.items() -%}
{{ object }}_total as (
    select
        {%- for column in columns %}
        {{ column_total('source.' ~ column) }} as {{ column }},
        {%- endfor %}
    from ({{ current_rows('salesforce', object) }}) as source
),

{% endfor -%}
final as (
    {% for object, column in pairs -%}
    select
        'salesforce' as source_system,
        '{{ object }}' as object,
        '{{ column }}' as column_name,
        {{ column }} as amount,
    from {{ object }}_total
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
