-- one row per record and landed version of it: where it came from
{{ config(materialized='view') }}

{#- Records that atoms and exceptions name: object, raw table, the parts of the key. -#}
{%- set records = [
    ('customer', 'customer', ['id']),
    ('document', 'transaction', ['id']),
    ('document_line', 'transaction_line', ['transaction', 'id']),
    ('ledger_line', 'transaction_accounting_line',
        ['transaction', 'transactionline', 'accountingbook']),
    ('revenue_element', 'revenue_element', ['id']),
    ('revenue_plan', 'revenue_plan', ['id']),
    ('revenue_plan_line', 'revenue_plan_planned_revenue', ['revenueplan', 'linenumber']),
] -%}

with

final as (
    {% for object, raw_table, key in records -%}
    {{ landed_rows('netsuite', object, raw_table, key, '_fivetran_deleted') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
