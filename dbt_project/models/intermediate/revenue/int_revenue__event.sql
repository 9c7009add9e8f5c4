-- one row per event that moves what is deferred or owed on a performance obligation: a bill or
-- credit line on a balance-sheet account, a planned recognition, a posting without a plan
with billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided
),

ledger_line as (
    select * from {{ ref('int_erp__ledger_line') }}
    where is_posting
),

plan_line as (select * from {{ ref('int_revenue__plan_line') }}),

planned_posting as (
    select
        erp_system,
        journal_document_id,
        journal_line_id
    from plan_line
    where is_posted
    group by erp_system, journal_document_id, journal_line_id
),

-- a bill that refers to no obligation is one of its own
billed as (
    select
        billing_line.erp_system,
        coalesce(
            billing_line.revenue_element_id,
            'bill ' || billing_line.document_id || ':' || billing_line.document_line_id
        ) as obligation_id,
        billing_line.entity,
        billing_line.currency,
        'billing' as event_type,
        billing_line.period,
        billing_line.amount,
        billing_line.document_type,
        billing_line.document_id,
        billing_line.document_line_id,
        billing_line.document_id || ':' || billing_line.document_line_id as event_key
    from billing_line
    inner join ledger_line
        on
            billing_line.erp_system = ledger_line.erp_system
            and billing_line.document_id = ledger_line.document_id
            and billing_line.document_line_id = ledger_line.document_line_id
    where ledger_line.account_class in ('deferred_revenue', 'contract_asset')
),

planned as (
    select
        erp_system,
        obligation_id,
        entity,
        currency,
        'recognition' as event_type,
        period,
        amount,
        case when is_posted then 'journal' else 'revenue_plan' end as document_type,
        coalesce(journal_document_id, revenue_plan_id) as document_id,
        coalesce(journal_line_id, cast(line_number as {{ dbt.type_string() }})) as document_line_id,
        'plan ' || revenue_plan_id || ':' || cast(line_number as {{ dbt.type_string() }})
            as event_key
    from plan_line
    where is_posted or is_overdue
),

unplanned as (
    select
        ledger_line.erp_system,
        ledger_line.revenue_element_id as obligation_id,
        ledger_line.entity,
        ledger_line.currency,
        'recognition' as event_type,
        ledger_line.period,
        ledger_line.amount,
        ledger_line.document_type,
        ledger_line.document_id,
        ledger_line.document_line_id,
        ledger_line.document_id || ':' || ledger_line.document_line_id as event_key
    from ledger_line
    left join planned_posting
        on
            ledger_line.erp_system = planned_posting.erp_system
            and ledger_line.document_id = planned_posting.journal_document_id
            and ledger_line.document_line_id = planned_posting.journal_line_id
    where
        ledger_line.account_class = 'revenue'
        and ledger_line.document_type = 'journal'
        and ledger_line.revenue_element_id is not null
        and planned_posting.journal_document_id is null
),

event as (
    select * from billed
    union all
    select * from planned
    union all
    select * from unplanned
),

-- a negative obligation (a rebate, a discount line) runs through the same flow, its sign turned
summed as (
    select
        *,
        sum(case when event_type = 'billing' then amount else 0 end) over stream as billed_total,
        sum(amount) over stream as total
    from event
    where amount <> 0
    window stream as (partition by erp_system, obligation_id, entity, currency)
),

signed as (
    select
        *,
        case
            when billed_total < 0 or (billed_total = 0 and total < 0) then -1
            else 1
        end as direction
    from summed
),

final as (
    select
        *,
        -- supply fills the obligation's balance, demand uses it up
        case
            when (event_type = 'billing') = (amount * direction > 0) then 'supply'
            else 'demand'
        end as side,
        cast(amount * case when amount < 0 then -1 else 1 end as decimal(28, 4)) as size
    from signed
)

select * from final
