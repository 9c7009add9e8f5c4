-- one row per system, object and source record behind an atom or exception: the row that was landed
with

record as (
    select * from {{ ref('int_operations__published_record') }}
),

version as (
    select
        landed.*,
        row_number() over (
            partition by landed.source_system, landed.object, landed.source_key
            order by landed.load_id desc
        ) as newest_first,
        count(*) over (
            partition by landed.source_system, landed.object, landed.source_key
        ) as version_count,
        min(landed.load_id) over (
            partition by landed.source_system, landed.object, landed.source_key
        ) as first_load_id,
        min(landed.loaded_at) over (
            partition by landed.source_system, landed.object, landed.source_key
        ) as first_loaded_at,
    from {{ ref('int_operations__landed_row') }} as landed
    inner join record
        on
            landed.source_system = record.system
            and landed.object = record.object
            and landed.source_key = record.source_key
),

final as (
    select
        source_system as system,
        object,
        source_key,
        raw_table,
        load_id,
        loaded_at,
        source_file,
        source_row,
        payload_digest,
        version_count,
        first_load_id,
        first_loaded_at,
        is_deleted,
    from version
    where newest_first = 1
)

select * from final
