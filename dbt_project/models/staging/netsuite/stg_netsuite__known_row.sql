-- one row per landed version of a row, of objects whose number of rows the source states
{{ config(materialized='view') }}

{#- Every object that the API gives, with its key; a test compares. -#}
{%- set objects = [
    ('customer', 'id'),
    ('entity_address', 'nkey'),
    ('customer_addressbook', 'internalid'),
    ('contact', 'id'),
    ('customer_subsidiary_relationship', 'id'),
    ('subsidiary', 'id'),
    ('transaction', 'id'),
    ('transaction_line', 'transaction id'),
    ('transaction_accounting_line', 'transaction transactionline accountingbook'),
    ('system_note', 'id'),
    ('next_transaction_line_link', 'previousdoc previousline nextdoc nextline linktype'),
    ('item', 'id'),
    ('item_member', 'parentitem item'),
    ('account', 'id'),
    ('accounting_period', 'id'),
    ('currency', 'id'),
    ('currency_rate', 'id'),
    ('consolidated_exchange_rate', 'id'),
    ('employee', 'id'),
    ('revenue_element', 'id'),
    ('fair_value_price', 'id'),
    ('revenue_plan', 'id'),
    ('revenue_plan_planned_revenue', 'revenueplan linenumber'),
    ('usage', 'id'),
] -%}

with

stated as (
    {{ objects_with_current_row_count('netsuite') }}
),

final as (
    {% for object, key in objects -%}
    {{ known_rows('netsuite', object, key.split(), '_fivetran_deleted') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
