-- one row per revenue journal line of an obligation that no plan line names
with ledger_line as (
    select * from {{ ref('int_erp__ledger_line') }}
    where
        is_posting
        and account_class = 'revenue'
        and document_type = 'journal'
        and revenue_element_id is not null
),

plan_line as (select * from {{ ref('int_revenue__plan_line') }}),

obligation as (select * from {{ ref('int_revenue__obligation') }}),

planned_posting as (
    select
        erp_system,
        journal_document_id as document_id,
        journal_line_id as document_line_id
    from plan_line
    where is_posted
    group by erp_system, journal_document_id, journal_line_id
),

planned_obligation as (
    select
        erp_system,
        obligation_id
    from plan_line
    group by erp_system, obligation_id
),

final as (
    select
        ledger_line.erp_system,
        ledger_line.revenue_element_id as obligation_id,
        -- revenue of the obligation's own entity, wherever it was posted
        case
            when obligation.currency = ledger_line.currency
                then coalesce(nullif(obligation.entity, 'unassigned'), ledger_line.entity)
            else ledger_line.entity
        end as entity,
        ledger_line.entity as posted_entity,
        ledger_line.currency,
        ledger_line.minor_unit,
        ledger_line.period,
        ledger_line.amount,
        ledger_line.document_type,
        ledger_line.document_id,
        ledger_line.document_line_id,
        planned_obligation.obligation_id is not null as has_plan
    from ledger_line
    left join planned_posting
        on {{ same_keys(
            'ledger_line', 'planned_posting', ['erp_system', 'document_id', 'document_line_id']
        ) }}
    left join planned_obligation
        on
            ledger_line.erp_system = planned_obligation.erp_system
            and ledger_line.revenue_element_id = planned_obligation.obligation_id
    left join obligation
        on
            ledger_line.erp_system = obligation.erp_system
            and ledger_line.revenue_element_id = obligation.obligation_id
    where planned_posting.document_id is null
)

select * from final
