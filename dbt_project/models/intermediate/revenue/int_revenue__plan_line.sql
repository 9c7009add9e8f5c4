-- one row per line of an actual revenue plan, with the ledger line that posted it
with revenue_plan_line as (
    {{ union_systems(var('erp_systems'), 'revenue_plan_line') }}
),

revenue_plan as (
    {{ union_systems(var('erp_systems'), 'revenue_plan') }}
),

obligation as (select * from {{ ref('int_revenue__obligation') }}),

ledger_line as (
    select * from {{ ref('int_erp__ledger_line') }}
    where
        is_posting
        and account_class = 'revenue'
        -- a bill line on a revenue account is its own recognition, whatever a plan says
        and document_type not in ('invoice', 'credit_memo', 'cash_sale')
),

closed_period as (
    select
        erp_system,
        period
    from {{ ref('int_erp__period') }}
    where is_closed and not is_adjustment
    group by erp_system, period
),

final as (
    select
        line.source_system as erp_system,
        line.revenue_plan_id,
        line.line_number,
        plan.revenue_element_id as obligation_id,
        coalesce(ledger_line.entity, obligation.entity, 'unassigned') as entity,
        -- ISO 4217: XXX, no currency
        coalesce(ledger_line.currency, obligation.currency, 'XXX') as currency,
        coalesce(ledger_line.minor_unit, obligation.minor_unit, 2) as minor_unit,
        coalesce(line.period, ledger_line.period, line.posted_period) as period,
        -- a planned line that says no amount plans none
        coalesce(line.amount, 0) as amount,
        ledger_line.period as posted_period,
        ledger_line.document_id as journal_document_id,
        ledger_line.document_line_id as journal_line_id,
        ledger_line.amount as journal_line_amount,
        ledger_line.document_id is not null as is_posted,
        ledger_line.document_id is null and closed_period.period is not null as is_overdue
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
    left join ledger_line
        on
            line.source_system = ledger_line.erp_system
            and line.journal_document_id = ledger_line.document_id
            and line.journal_line_id = ledger_line.document_line_id
    left join closed_period
        on
            line.source_system = closed_period.erp_system
            and line.period = closed_period.period
)

select * from final
