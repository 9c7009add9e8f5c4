{#-
  The raw rows of an object as known to this run: of every key the version of the latest visible load,
  without tombstones (keys that vanished from a full extract, and rows that a loader's `deleted_mark`
  calls deleted at the source). Raw is append-only, so most keys have a single version: only keys that
  changed enter the small join, which is cheaper than a window over every row.
  `keep_deleted`: tombstones stay, with the values that the row had last; the model says which they are.
-#}
{% macro current_rows(system, object, key=['id'], deleted_mark=none, keep_deleted=false) -%}
    {%- set table = source('raw_' ~ system, object) -%}
    select raw.*
    from (
        select version.*
        from {{ table }} as version
        inner join {{ ref('stg_operations__load') }} as load
            on version._load_id = load.load_id and load.system = '{{ system }}'
    ) as raw
    left join (
        select
            {% for column in key -%}
            version.{{ column }},
            {% endfor -%}
            max(version._load_id) as _load_id
        from {{ table }} as version
        inner join {{ ref('stg_operations__load') }} as load
            on version._load_id = load.load_id and load.system = '{{ system }}'
        group by {% for column in key %}version.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
        having count(*) > 1
    ) as latest
        on
            {% for column in key -%}
            raw.{{ column }} = latest.{{ column }}{{ ' and ' if not loop.last }}
            {%- endfor %}
    where
        (latest._load_id is null or raw._load_id = latest._load_id)
        {%- if not keep_deleted %}
        and not coalesce(raw._is_deleted, false)
        {%- if deleted_mark %}
        and not coalesce(raw.{{ deleted_mark }}, false)
        {%- endif %}
        {%- endif %}
{%- endmacro %}

{#- current_rows of a NetSuite table, whose loaders mark deleted rows in a column. -#}
{% macro netsuite_rows(object, key=['id'], keep_deleted=false) -%}
    {{ current_rows('netsuite', object, key, '_fivetran_deleted', keep_deleted) }}
{%- endmacro %}
