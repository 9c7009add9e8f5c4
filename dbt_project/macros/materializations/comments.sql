{#-
  Comments on DuckDB: a table's and its columns' in one statement, without first asking which columns there are,
  since a contract has just held that they are those of the yml. A model without a contract is asked, as by default.
-#}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- if not (config.get('contract').enforced and for_relation and for_columns
            and config.persist_relation_docs() and config.persist_column_docs() and model.description) -%}
        {{ return(default__persist_docs(relation, model, for_relation, for_columns)) }}
    {%- endif -%}
    {%- call statement('comments') -%}
        {{ duckdb__alter_relation_comment(relation, model.description) }}
        {%- for column in model.columns.values() %}
        comment on column {{ relation }}.{{ adapter.quote(column.name) if column.quote else column.name }}
        is {{ duckdb_escape_comment(column.description) }};
        {%- endfor %}
    {%- endcall -%}
{%- endmacro %}
