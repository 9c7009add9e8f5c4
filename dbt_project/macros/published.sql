{#-
  Rows of a table of the last publication, with the columns of `columns` (name: type): those that an
  older publication does not have yet are null. No row before the first publication. Models read it
  through an ephemeral model, so that a unit test can put its own rows in its place.
-#}
{% macro published_rows(schema, name, columns) -%}
    {%- set relation = adapter.get_relation('published', schema, name) if execute else none -%}
    {%- set known = [] -%}
    {%- if relation -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do known.append(column.name) -%}
        {%- endfor -%}
    {%- endif -%}
    select
    {%- for column, type in columns.items() %}
        cast({{ column if column in known else 'null' }} as {{ type }}) as {{ column }},
    {%- endfor %}
    {%- if relation %}
    from {{ relation }}
    {%- else %}
    from (select 1 as nothing) as nothing
    where false
    {%- endif %}
{%- endmacro %}
