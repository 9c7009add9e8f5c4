{#-
  The raw versions of an object's rows as known to this run, with the load, file and row that each came
  from and a digest of what it said. `object` is its name in the marts, `key` its key in the raw table.
-#}
{% macro landed_rows(system, object, raw_table, key, deleted_mark=none) -%}
    {%- set relation = source('raw_' ~ system, raw_table) -%}
    select
        '{{ system }}' as source_system,
        '{{ object }}' as object,
        {% for column in key %}version.{{ column }}{{ " || '/' || " if not loop.last }}{% endfor %}
            as source_key,
        '{{ raw_table }}' as raw_table,
        load.load_id,
        load.loaded_at,
        version._source_file as source_file,
        version._source_row as source_row,
        coalesce(version._is_deleted, false)
        {%- if deleted_mark %} or coalesce(version.{{ deleted_mark }}, false){% endif %} as is_deleted,
        {{ row_digest('version', payload_column_names(relation)) }} as payload_digest,
    from {{ relation }} as version
    inner join {{ ref('stg_operations__load') }} as load
        on version._load_id = load.load_id and load.system = '{{ system }}'
{%- endmacro %}

{#- Columns of a raw table that the source sent, by name; none while dbt only parses and in unit tests. -#}
{% macro payload_column_names(relation) -%}
    {%- set names = [] -%}
    {%- if execute and relation.database -%}
        {%- for column in adapter.get_columns_in_relation(relation) if not column.name.startswith('_') -%}
            {%- do names.append(column.name) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(names | sort) }}
{%- endmacro %}

{#-
  Sixteen hexadecimal digits over the filled columns of a row: enough to tell two versions apart, short to
  publish. Empty columns do not count, so that a column that a source starts to send changes no other row.
-#}
{% macro row_digest(alias, columns) -%}
    left(md5(concat_ws('|', ''
    {%- for column in columns -%}
        , '{{ column }}=' || cast({{ alias }}.{{ adapter.quote(column) }} as {{ dbt.type_string() }})
    {%- endfor -%}
    )), 16)
{%- endmacro %}
