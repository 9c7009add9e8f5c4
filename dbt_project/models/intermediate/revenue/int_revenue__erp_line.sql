-- one row per revenue policy and line by which the ERP recognises revenue of an obligation, due or
-- not: its plan, postings where it has no plan, bills straight to revenue
with plan_line as (select * from {{ ref('int_revenue__plan_line') }}),

unplanned_posting as (select * from {{ ref('int_revenue__unplanned_posting') }}),

billed as (
    select * from {{ ref('int_revenue__billed') }}
    where is_posted_revenue
),

policy as (
    {{ revenue_policies() }}
),

scheduled_obligation as (
    {{ scheduled_obligations() }}
),

final as (
    select
        policy.policy_id,
        plan_line.erp_system,
        plan_line.obligation_id,
        plan_line.entity,
        plan_line.currency,
        plan_line.minor_unit,
        plan_line.period,
        plan_line.amount,
        plan_line.is_posted or plan_line.is_overdue as is_due,
        case when plan_line.is_posted then 'journal' else 'revenue_plan' end as document_type,
        coalesce(plan_line.journal_document_id, plan_line.revenue_plan_id) as document_id,
        coalesce(
            plan_line.journal_line_id, cast(plan_line.line_number as {{ dbt.type_string() }})
        ) as document_line_id,
        'plan ' || plan_line.revenue_plan_id || ':'
        || cast(plan_line.line_number as {{ dbt.type_string() }}) as event_key
    from plan_line
    cross join policy
    union all
    select
        policy.policy_id,
        posting.erp_system,
        posting.obligation_id,
        posting.entity,
        posting.currency,
        posting.minor_unit,
        posting.period,
        posting.amount,
        true as is_due,
        posting.document_type,
        posting.document_id,
        posting.document_line_id,
        posting.document_id || ':' || posting.document_line_id as event_key
    from unplanned_posting as posting
    cross join policy
    left join scheduled_obligation
        on
            policy.policy_id = scheduled_obligation.policy_id
            and posting.erp_system = scheduled_obligation.erp_system
            and posting.obligation_id = scheduled_obligation.obligation_id
    -- beside a plan and a schedule of ours it is a difference of its own
    where not posting.has_plan or scheduled_obligation.obligation_id is null
    union all
    select
        policy_id,
        erp_system,
        obligation_id,
        entity,
        currency,
        minor_unit,
        period,
        amount,
        true as is_due,
        document_type,
        document_id,
        document_line_id,
        'posted ' || event_key as event_key
    from billed
)

select * from final
