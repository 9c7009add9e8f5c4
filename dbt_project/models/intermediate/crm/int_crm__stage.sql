-- one row per crm_system and stage_name: whether deals in it are won, and whether they are closed
with

version as (
    {{ union_systems(var('crm_systems'), 'opportunity_version') }}
),

final as (
    select
        source_system as crm_system,
        stage_name,
        2 * count(case when is_won then 1 end) > count(*) as is_won,
        2 * count(case when is_closed then 1 end) > count(*) as is_closed,
    from version
    where stage_name is not null
    group by source_system, stage_name
)

select * from final
