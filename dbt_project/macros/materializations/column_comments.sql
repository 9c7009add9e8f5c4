{#-
  Column comments on DuckDB, without first asking which columns there are: a contract has just held that they are
  those of the yml.
-#}
{% macro duckdb__alter_column_comment(relation, column_dict) -%}
    {%- for column in column_dict.values() %}
    comment on column {{ relation }}.{{ adapter.quote(column.name) if column.quote else column.name }}
    is {{ duckdb_escape_comment(column.description) }};
    {%- endfor %}
{%- endmacro %}
