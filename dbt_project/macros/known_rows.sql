{#-
  Every landed version of an object's rows, of which only key, load and life are read, where its source
  states in this run's loads how many rows it has now; else none, and the raw table is not read.
  `source_key` is written as dead letters write it. Needs a CTE `stated` (object).
-#}
{% macro known_rows(system, object, key, deleted_mark=none) -%}
    select
        '{{ system }}' as source_system,
        '{{ object }}' as object,
        concat_ws('|' {%- for column in key -%}
            , cast(version.{{ column }} as {{ dbt.type_string() }})
        {%- endfor %}) as source_key,
        load.load_id,
        not coalesce(version._is_deleted, false)
        {%- if deleted_mark %} and not coalesce(version.{{ deleted_mark }}, false){% endif %} as is_alive
    from {{ source('raw_' ~ system, object) }} as version
    inner join {{ ref('stg_operations__load') }} as load
        on version._load_id = load.load_id and load.system = '{{ system }}'
    inner join stated on stated.object = '{{ object }}'
{%- endmacro %}

{#- The objects of a system that state how many rows they have now. -#}
{% macro objects_with_current_row_count(system) -%}
    select control.object
    from {{ source('raw_operations', 'control_total') }} as control
    inner join {{ ref('stg_operations__load') }} as load
        on control.load_id = load.load_id and control.system = load.system
    where control.system = '{{ system }}' and control.measure = 'current_row_count'
    group by control.object
{%- endmacro %}

{#-
  Rows that were rejected and that nothing has replaced, as known to this run: what is resolved today was
  open in a past state whose last extract still held it.
-#}
{% macro open_dead_letters() -%}
    select letter.*
    from {{ source('raw_operations', 'dead_letter') }} as letter
    left join (
        select
            audit.system,
            audit.object,
            max(audit.loaded_at) as loaded_at
        from {{ source('raw_operations', 'load_audit') }} as audit
        inner join {{ ref('int_operations__load') }} as visible_load
            on audit.system = visible_load.system and audit.load_id = visible_load.load_id
        where audit.extract_mode = 'full'
        group by audit.system, audit.object
    ) as last_full
        on letter.system = last_full.system and letter.object = last_full.object
    where
        {%- if known_at() %}
        letter.reason not like 'superseded%'
        and letter.first_seen_at <= {{ known_at() }}
        and letter.last_seen_at >= coalesce(last_full.loaded_at, letter.last_seen_at)
        {%- else %}
        letter.status = 'open'
        {%- endif %}
{%- endmacro %}
