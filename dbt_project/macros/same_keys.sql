{#- Condition of a join on columns that both sides call the same. -#}
{% macro same_keys(one, other, keys) -%}
    {%- for key in keys -%}
    {{ one }}.{{ key }} = {{ other }}.{{ key }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
