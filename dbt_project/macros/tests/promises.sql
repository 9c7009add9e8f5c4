{#-
  Hold the data tests that a model's yml declares and that select from this model alone, in one query: the table
  data_test.promise has a row per test, with its statement and the number of rows that it finds. dbt takes longer
  to prepare a test than a small company's rows take to hold it.

  What needs more stays a test that dbt runs by itself: another relation, a filter, a severity of its own, a model
  that is no relation. `tieout.transform` runs those, and sees to it that none is left out.
-#}
{% macro hold_promises() -%}
    {%- set tests = {
        'accepted_range': test_accepted_range,
        'accepted_values': test_accepted_values,
        'expression_is_true': test_expression_is_true,
        'not_null': test_not_null,
        'unique': test_unique,
        'unique_combination': test_unique_combination,
    } -%}
    {%- call statement('schema') -%} create schema if not exists data_test {%- endcall -%}
    {%- call statement('promise') -%}
    create or replace table data_test.promise as
    select cast(null as varchar) as test, cast(null as varchar) as statement, cast(0 as bigint) as failures
    where false
    {%- for node in graph.nodes.values()
            if node.resource_type == 'test' and node.attached_node in graph.nodes
            and (node.test_metadata or {}).name in tests
            and not node.config.where and node.config.severity | lower == 'error' %}
        {%- set model = graph.nodes[node.attached_node] -%}
        {%- if model.config.materialized != 'ephemeral' %}
            {%- set relation = api.Relation.create(model.database, model.schema, model.alias) -%}
            {%- set found = tests[node.test_metadata.name](**dict(node.test_metadata.kwargs, model=relation)) %}
    union all
    select '{{ node.name }}', $statement${{ found | trim }}$statement$, count(*) from (
    {{ found }}
    ) as found
        {%- endif -%}
    {%- endfor %}
    {%- endcall -%}
    {%- do adapter.commit() -%}
{%- endmacro %}
