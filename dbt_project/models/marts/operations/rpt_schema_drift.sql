-- one row per load, object and column that came, or went from a full extract
with

drift as (
    select * from {{ source('raw_operations', 'schema_drift') }}
),

visible_load as (
    select * from {{ ref('int_operations__load') }}
),

published_load as (
    select * from {{ ref('int_operations__published_load') }}
),

-- before the first publication every column is as it should be
first_published as (
    select count(*) as load_count from published_load
),

final as (
    select
        drift.load_id,
        drift.system,
        drift.object,
        drift.column_name,
        drift.change,
        visible_load.loaded_at,
        first_published.load_count > 0 and published_load.load_id is null as is_new,
    from drift
    inner join visible_load
        on drift.system = visible_load.system and drift.load_id = visible_load.load_id
    cross join first_published
    left join published_load
        on drift.system = published_load.system and drift.load_id = published_load.load_id
)

select * from final
