-- one row per record and landed version of it: where it came from
{{ config(materialized='view') }}

{#- Records that atoms and exceptions name: object, raw table, the parts of the key. -#}
{%- set records = [
    ('account', 'account', ['id']),
    ('opportunity', 'opportunity', ['id']),
    ('opportunity_line', 'opportunity_line_item', ['id']),
    ('product', 'product_2', ['id']),
] -%}

with

final as (
    {% for object, raw_table, key in records -%}
    {{ landed_rows('salesforce', object, raw_table, key) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
