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

{#-
  Post-hook of a published mart: adds the custom columns of `relation` to the table just built and fills
  them by key. Contracts fix the columns that everybody has; these are the company's own, found at run
  time, all text, described by their origin. `keys` maps the mart's key columns to the relation's, which
  must be unique on them. A name that the mart already has is left as it is.
-#}
{% macro add_custom_columns(relation, keys) -%}
    {%- if execute -%}
        {%- set taken = adapter.get_columns_in_relation(this) | map(attribute='name') | list -%}
        {%- set names = [] -%}
        {%- for name in custom_column_names(relation) if name not in taken -%}
            {%- do names.append(name) -%}
        {%- endfor -%}
        {%- if names -%}
            {{ return(adapter.dispatch('add_and_fill_columns', 'tieout')(this, relation, keys, names)) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro default__add_and_fill_columns(mart, relation, keys, names) -%}
    {%- for name in names %}
    alter table {{ mart }} add column {{ adapter.quote(name) }} {{ dbt.type_string() }};
    comment on column {{ mart }}.{{ adapter.quote(name) }} is
        'Custom column of the source, as text (from {{ relation.identifier }}).';
    {%- endfor %}
    update {{ mart }} as mart
    set
    {%- for name in names %}
        {{ adapter.quote(name) }} = source.{{ adapter.quote(name) }}{{ ',' if not loop.last }}
    {%- endfor %}
    from {{ relation }} as source
    where
    {%- for mart_column, source_column in keys.items() %}
        mart.{{ mart_column }} = source.{{ source_column }}{{ ' and' if not loop.last }}
    {%- endfor %};
{%- endmacro %}
