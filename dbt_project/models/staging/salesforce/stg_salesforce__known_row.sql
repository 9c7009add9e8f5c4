-- one row per landed version of a row, of objects whose number of rows the source states
{{ config(materialized='view') }}

{#- Every object that the API gives, by whether a column marks deleted rows; a test compares. -#}
{%- set unmarked = ['user', 'currency_type', 'dated_conversion_rate'] -%}
{%- set marked = [
    'account', 'contact', 'opportunity', 'opportunity_line_item', 'opportunity_history',
    'opportunity_field_history', 'product_2', 'pricebook_entry', 'quote', 'quote_line_item',
    'contract', 'campaign', 'campaign_member',
] -%}

with

stated as (
    {{ objects_with_current_row_count('salesforce') }}
),

final as (
    {% for object in marked -%}
    {{ known_rows('salesforce', object, ['id'], 'is_deleted') }}
    union all
    {% endfor %}
    {%- for object in unmarked -%}
    {{ known_rows('salesforce', object, ['id']) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
