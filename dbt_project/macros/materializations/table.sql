{#-
  Tables on DuckDB: the new table takes the place of the old one in one transaction, without the intermediate and
  backup relations of the default; a failure rolls back to the old table. What dbt itself costs per model is more
  than the query of a small company, and lies in its statements: one where it can be, and a table with a contract
  is dropped, made and filled.
-#}
{% materialization table, adapter='duckdb', supported_languages=['sql'] %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set is_one_statement = (existing_relation is none or existing_relation.is_table)
        and not config.get('contract').enforced -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if existing_relation is not none and not is_one_statement -%}
        {%- do adapter.drop_relation(existing_relation) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        {%- if is_one_statement -%}
        create or replace table {{ target_relation }} as (
        {{ sql }}
        )
        {%- else -%}
        {{ create_table_as(False, target_relation, sql) }}
        {%- endif -%}
    {%- endcall -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(target_relation, model) -%}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
