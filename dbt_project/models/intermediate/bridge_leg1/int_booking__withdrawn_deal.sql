-- one row per deal that the CRM once said was won and says so no longer
with version as (select * from {{ ref('int_crm__opportunity_version') }}),

marked as (
    select
        *,
        is_won and not is_deleted as is_booked,
        row_number() over (
            partition by crm_system, opportunity_id order by version_number desc
        ) as place_from_last,
    from version
),

last_booked as (
    select crm_system, opportunity_id, max(version_number) as version_number
    from marked
    where is_booked
    group by crm_system, opportunity_id
),

final as (
    select
        marked.crm_system,
        marked.opportunity_id,
        case
            when marked.is_deleted then 'deal_deleted'
            when marked.is_closed then 'deal_lost'
            else 'deal_reopened'
        end as withdrawal,
        withdrawn.valid_from as withdrawn_at,
        withdrawn.source,
    from marked
    inner join last_booked
        on
            marked.crm_system = last_booked.crm_system
            and marked.opportunity_id = last_booked.opportunity_id
    inner join version as withdrawn
        on
            last_booked.crm_system = withdrawn.crm_system
            and last_booked.opportunity_id = withdrawn.opportunity_id
            and last_booked.version_number + 1 = withdrawn.version_number
    where marked.place_from_last = 1 and not marked.is_booked
)

select * from final
