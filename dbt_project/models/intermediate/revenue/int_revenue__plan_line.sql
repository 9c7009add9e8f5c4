-- one row per line of an actual revenue plan, in the obligation's own entity and currency, with the
-- ledger line that posted it
with revenue_plan_line as (
    {{ union_systems(var('erp_systems'), 'revenue_plan_line') }}
),

revenue_plan as (
    {{ union_systems(var('erp_systems'), 'revenue_plan') }}
),

obligation as (select * from {{ ref('int_revenue__obligation') }}),

ledger_line as (
    select * from {{ ref('int_erp__ledger_line') }}
    where is_posting and account_class = 'revenue'
),

journal_line as (
    select * from ledger_line
    where document_type not in ('invoice', 'credit_memo', 'cash_sale')
),

-- a bill line on a revenue account is its own recognition, whatever a plan says
bill_line as (
    select * from ledger_line
    where document_type in ('invoice', 'credit_memo', 'cash_sale')
),

closed_period as (
    select
        erp_system,
        period
    from {{ ref('int_erp__period') }}
    where is_closed and not is_adjustment
    group by erp_system, period
),

planned as (
    select
        line.source_system as erp_system,
        line.revenue_plan_id,
        line.line_number,
        plan.revenue_element_id as obligation_id,
        nullif(obligation.entity, 'unassigned') as stated_entity,
        nullif(obligation.currency, 'XXX') as stated_currency,
        obligation.minor_unit as stated_minor_unit,
        line.period as planned_period,
        line.posted_period as stated_posted_period,
        line.amount,
        line.journal_document_id,
        line.journal_line_id
    from revenue_plan_line as line
    inner join revenue_plan as plan
        on
            line.source_system = plan.source_system
            and line.revenue_plan_id = plan.revenue_plan_id
            and lower(coalesce(plan.plan_type, 'actual')) not like 'forecast%'
    left join obligation
        on
            plan.source_system = obligation.erp_system
            and plan.revenue_element_id = obligation.obligation_id
),

final as (
    select
        planned.erp_system,
        planned.revenue_plan_id,
        planned.line_number,
        planned.obligation_id,
        coalesce(planned.stated_entity, journal_line.entity, 'unassigned') as entity,
        -- ISO 4217: XXX, no currency
        coalesce(planned.stated_currency, journal_line.currency, 'XXX') as currency,
        case
            when planned.stated_currency is not null then planned.stated_minor_unit
            else coalesce(journal_line.minor_unit, planned.stated_minor_unit, 2)
        end as minor_unit,
        coalesce(planned.planned_period, journal_line.period, planned.stated_posted_period)
            as period,
        -- a planned line that says no amount plans none
        coalesce(planned.amount, 0) as amount,
        journal_line.entity as posted_entity,
        journal_line.currency as posted_currency,
        journal_line.minor_unit as posted_minor_unit,
        journal_line.period as posted_period,
        journal_line.document_id as journal_document_id,
        journal_line.document_line_id as journal_line_id,
        journal_line.amount as journal_line_amount,
        journal_line.document_id is not null as is_posted,
        journal_line.document_id is null
        and bill_line.document_id is null
        and closed_period.period is not null as is_overdue
    from planned
    left join journal_line
        on
            planned.erp_system = journal_line.erp_system
            and planned.journal_document_id = journal_line.document_id
            and planned.journal_line_id = journal_line.document_line_id
    left join bill_line
        on
            planned.erp_system = bill_line.erp_system
            and planned.journal_document_id = bill_line.document_id
            and planned.journal_line_id = bill_line.document_line_id
    left join closed_period
        on
            planned.erp_system = closed_period.erp_system
            and planned.planned_period = closed_period.period
)

select * from final
