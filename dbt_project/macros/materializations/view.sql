{#-
  Views on DuckDB: one statement puts the new one in the place of the old, without the intermediate and backup
  relations of the default. What was a table before is dropped in the same transaction, by the same statement: dbt
  drops a relation outside of one.
-#}
{% materialization view, adapter='duckdb', supported_languages=['sql'] %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set existing_relation = load_cached_relation(this) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- call statement('main') -%}
        {%- if existing_relation is not none and not existing_relation.is_view %}
        drop table {{ existing_relation }};
        {%- endif -%}
        {%- if config.get('contract').enforced -%}{{ get_assert_columns_equivalent(sql) }}{%- endif -%}
        create or replace view {{ target_relation }} as (
        {{ sql }}
        )
    {%- endcall -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(target_relation, model) -%}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
