-- one row per opportunity that was ever landed, as it was landed last; also those that are gone
with

landed as (
    {{ union_systems(var('crm_systems'), 'opportunity_version') }}
),

ranked as (
    select
        landed.*,
        row_number() over (
            partition by landed.source_system, landed.opportunity_id order by landed.load_id desc
        ) as recency,
    from landed
),

final as (
    select
        source_system as crm_system,
        * exclude (source_system, recency, load_id),
    from ranked
    where recency = 1
)

select * from final
