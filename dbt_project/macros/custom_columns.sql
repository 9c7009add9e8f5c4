{#-
  Names of the custom columns of a raw table: those that landing prefixed x_ (found so in the export, or
  listed in ingestion/sources/<system>.yml). Read from the table itself, so that there is no list to
  maintain; empty while dbt only parses and in unit tests.
-#}
{% macro custom_column_names(relation) -%}
    {%- set names = [] -%}
    {%- if execute and relation.database -%}
        {%- for column in adapter.get_columns_in_relation(relation) if column.name.startswith('x_') -%}
            {%- do names.append(column.name) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(names | sort) }}
{%- endmacro %}

{#- The custom columns of a raw table as trailing items of a select list (leading comma included). -#}
{% macro custom_columns(system, object, alias) -%}
    {%- for name in custom_column_names(source('raw_' ~ system, object)) -%}
        , cast({{ alias }}.{{ adapter.quote(name) }} as {{ dbt.type_string() }}) as {{ name }}
    {%- endfor -%}
{%- endmacro %}
