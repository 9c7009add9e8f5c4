-- one row per system and object that states how many rows it has now: the rows known and alive
{{ config(materialized='view') }}

with

known as (
    {{ union_systems(var('crm_systems') + var('erp_systems'), 'known_row') }}
),

letter as (
    {{ open_dead_letters() }}
),

-- a rejected row is there at the source all the same
version as (
    select
        source_system,
        object,
        source_key,
        load_id,
        is_alive,
        1 as is_landed,
    from known
    union all
    select
        system as source_system,
        object,
        source_key,
        load_id,
        true as is_alive,
        0 as is_landed,
    from letter
    where source_key is not null
),

ranked as (
    select
        version.*,
        row_number() over (
            partition by version.source_system, version.object, version.source_key
            order by version.load_id desc, version.is_landed desc
        ) as newest_first,
    from version
),

final as (
    select
        source_system as system,
        object,
        count(*) as row_count,
    from ranked
    where newest_first = 1 and is_alive
    group by source_system, object
)

select * from final
