-- one row per load and object
with

audit as (
    select * from {{ source('raw_operations', 'load_audit') }}
),

visible_load as (
    select * from {{ ref('int_operations__load') }}
),

final as (
    select
        audit.load_id,
        audit.system,
        audit.object,
        audit.rows_read,
        audit.rows_landed,
        audit.rows_dead_lettered,
        audit.rows_inserted,
        audit.rows_unchanged,
        audit.rows_deleted,
        audit.loaded_at,
        audit.watermark,
        audit.extract_mode,
        audit.files,
        audit.new_columns,
    from audit
    inner join visible_load
        on audit.system = visible_load.system and audit.load_id = visible_load.load_id
)

select * from final
