-- one row per split of an order and two lines, of the order and of a deal, that it pairs
with

decision as (
    select * from {{ ref('int_order_link__decision') }}
    where action = 'split'
),

stated as (
    select * from {{ source('definitions', 'steward_decision_line') }}
),

order_line as (
    select * from {{ ref('int_erp__order_line') }}
),

opportunity_line as (
    select * from {{ ref('int_crm__opportunity_line') }}
    where line_kind in ('line', 'header_only')
),

-- a short id counts only if it can be nothing else; a deal without lines is named by its own id
found_line as (
    select
        crm_system,
        stated_line_id,
        min(opportunity_id) as opportunity_id,
        min(opportunity_line_id) as opportunity_line_id,
        min(case when is_deleted then 1 else 0 end) = 1 as is_deleted,
    from (
        select
            stated.opportunity_line_id as stated_line_id,
            opportunity_line.crm_system,
            opportunity_line.opportunity_id,
            opportunity_line.opportunity_line_id,
            opportunity_line.is_deleted,
        from stated
        inner join opportunity_line
            on
                stated.crm_system = opportunity_line.crm_system
                and {{ crm_record_key('stated.opportunity_line_id') }}
                = {{ crm_record_key('opportunity_line.opportunity_line_id') }}
        where
            stated.opportunity_line_id in (
                opportunity_line.opportunity_line_id,
                {{ crm_record_key('opportunity_line.opportunity_line_id') }},
                replace(opportunity_line.opportunity_line_id, '#header', '')
            )
        group by
            stated.opportunity_line_id, opportunity_line.crm_system,
            opportunity_line.opportunity_id, opportunity_line.opportunity_line_id,
            opportunity_line.is_deleted
    ) as named
    group by crm_system, stated_line_id
    having count(*) = 1
),

matched as (
    select
        stated.decision_id,
        decision.source_system as erp_system,
        decision.record_id as order_id,
        stated.order_line_id,
        order_line.order_line_id is not null as order_line_exists,
        stated.crm_system,
        found_line.opportunity_id,
        coalesce(found_line.opportunity_line_id, stated.opportunity_line_id)
            as opportunity_line_id,
        found_line.opportunity_line_id is not null as opportunity_line_exists,
        coalesce(found_line.is_deleted, false) as is_deleted,
        decision.is_in_force,
        decision.owner,
        decision.reason,
        decision.decided_on,
        decision.expires_on,
        decision.file,
        dense_rank() over (
            partition by decision.is_in_force, decision.source_system, decision.record_id
            order by decision.decided_on desc, stated.decision_id desc
        ) as latest_first,
        row_number() over (
            partition by
                stated.decision_id, stated.order_line_id, stated.crm_system,
                coalesce(found_line.opportunity_line_id, stated.opportunity_line_id)
            order by stated.opportunity_line_id
        ) as stated_first,
    from stated
    inner join decision on stated.decision_id = decision.decision_id
    left join order_line
        on
            decision.source_system = order_line.erp_system
            and decision.record_id = order_line.order_id
            and stated.order_line_id = order_line.order_line_id
    left join found_line
        on
            stated.crm_system = found_line.crm_system
            and stated.opportunity_line_id = found_line.stated_line_id
),

-- an order is divided as a whole: of two splits in force the later replaces the earlier;
-- a line named by its short and by its full id is one line
final as (
    select
        matched.* exclude (latest_first, stated_first),
        matched.is_in_force
        and matched.latest_first = 1
        and matched.order_line_exists
        and matched.opportunity_line_exists
        and not matched.is_deleted as is_applied,
        matched.is_in_force and matched.latest_first > 1 as is_replaced,
    from matched
    where matched.stated_first = 1
)

select * from final
