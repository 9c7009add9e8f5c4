-- one row per posting line on revenue, deferred revenue, contract assets or refund liabilities,
-- with the contract that it is about and how it moves the contract's balances
{%- set document = ['erp_system', 'document_id'] %}
{%- set balances = "('deferred_revenue', 'contract_asset')" %}
with ledger_line as (
    select * from {{ ref('int_erp__ledger_line') }}
    where
        is_posting
        and account_class in (
            'revenue', 'deferred_revenue', 'contract_asset', 'refund_liability'
        )
),

bill_line as (
    select * from {{ ref('int_revenue__bill_contract') }}
),

obligation as (select * from {{ ref('int_revenue__obligation') }}),

planned_posting as (
    select
        erp_system,
        journal_document_id as document_id,
        journal_line_id as document_line_id,
        max(obligation_id) as obligation_id,
        sum(amount) as planned_amount
    from {{ ref('int_revenue__plan_line') }}
    where is_posted
    group by erp_system, journal_document_id, journal_line_id
),

stated as (
    select
        ledger_line.*,
        bill_line.amount as billed_amount,
        bill_line.contract_id as billed_contract_id,
        planned_posting.planned_amount,
        coalesce(
            planned_posting.obligation_id, bill_line.obligation_id, ledger_line.revenue_element_id
        ) as stated_obligation_id,
        ledger_line.account_class = 'revenue' and (
            planned_posting.document_id is not null
            or (
                ledger_line.document_type = 'journal'
                and ledger_line.revenue_element_id is not null
            )
        ) as is_recognition
    from ledger_line
    left join bill_line
        on
            ledger_line.erp_system = bill_line.erp_system
            and ledger_line.document_id = bill_line.document_id
            and ledger_line.document_line_id = bill_line.document_line_id
    left join planned_posting
        on
            ledger_line.erp_system = planned_posting.erp_system
            and ledger_line.document_id = planned_posting.document_id
            and ledger_line.document_line_id = planned_posting.document_line_id
),

journal as (
    select
        {{ document | join(', ') }},
        bool_or(is_recognition) as is_recognition_journal,
        min(stated_obligation_id) as first_obligation_id,
        max(stated_obligation_id) as last_obligation_id,
        count(distinct case when account_class in {{ balances }} then entity end) as entities,
        sum(case when account_class in {{ balances }} then amount else 0 end) as balance_amount
    from stated
    where billed_amount is null
    group by {{ document | join(', ') }}
),

financed_contract as (
    select
        erp_system,
        contract_id
    from {{ ref('int_revenue__interest') }}
    group by erp_system, contract_id
),

-- a line that names no obligation is about the only one of its journal
final as (
    select
        stated.erp_system,
        stated.document_type,
        stated.document_id,
        stated.document_line_id,
        stated.entity,
        stated.currency,
        stated.period,
        stated.account_class,
        stated.amount,
        stated.billed_amount,
        stated.planned_amount,
        stated.is_recognition,
        obligation.obligation_id,
        coalesce(stated.billed_contract_id, obligation.contract_id, '') as contract_id,
        obligation.entity as home_entity,
        obligation.currency as home_currency,
        coalesce(journal.is_recognition_journal, false) as is_recognition_journal,
        case
            when stated.billed_amount is not null then 'billed'
            when journal.is_recognition_journal then 'recognised'
            when stated.document_type = 'currency_revaluation' then 'revalued'
            when journal.balance_amount <> 0 and financed_contract.contract_id is not null
                then 'financing'
            when journal.balance_amount <> 0 then 'adjusted'
            when journal.entities > 1 then 'moved'
            else 'reclassified'
        end as kind
    from stated
    left join journal
        on
            stated.erp_system = journal.erp_system
            and stated.document_id = journal.document_id
    left join obligation
        on
            stated.erp_system = obligation.erp_system
            and coalesce(
                stated.stated_obligation_id,
                case
                    when journal.first_obligation_id = journal.last_obligation_id
                        then journal.first_obligation_id
                end
            ) = obligation.obligation_id
    left join financed_contract
        on
            obligation.erp_system = financed_contract.erp_system
            and obligation.contract_id = financed_contract.contract_id
)

select * from final
