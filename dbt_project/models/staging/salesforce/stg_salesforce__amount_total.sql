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

with

final as (
    {% for object, columns in amounts.items() -%}
    {{ amount_totals('salesforce', object, current_rows('salesforce', object), columns) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
