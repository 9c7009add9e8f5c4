-- one row per erp_system, document_id and document_line_id posted in the primary accounting book;
-- amount is in transaction currency, credit positive
with

ledger as (
    {{ union_systems(var('erp_systems'), 'ledger_line') }}
),

line as (
    {{ union_systems(var('erp_systems'), 'document_line') }}
),

document as (
    select * from {{ ref('int_erp__document') }}
),

account as (
    {{ union_systems(var('erp_systems'), 'gl_account') }}
),

entity as (
    select * from {{ ref('int_reference__entity') }}
),

final as (
    select
        ledger.source_system as erp_system,
        ledger.document_id,
        ledger.document_line_id,
        coalesce(document.document_type, 'other') as document_type,
        document.document_number,
        document.document_date,
        document.period,
        document.erp_customer_id,
        coalesce(entity.entity, 'unassigned') as entity,
        line.entity_id,
        coalesce(document.currency, 'XXX') as currency,  -- ISO 4217: no currency
        coalesce(document.minor_unit, 2) as minor_unit,
        ledger.account_id,
        account.account_number,
        account.account_name,
        coalesce(account.account_class, 'other') as account_class,
        coalesce(account.settlement_purpose, 'other') as settlement_purpose,
        coalesce(line.amount, -ledger.base_amount) as amount,
        ledger.base_amount,
        line.line_type,
        line.item_id,
        coalesce(line.memo, document.memo) as memo,
        document.employee_id,
        line.revenue_element_id,
        document.reversal_document_id as reverses_document_id,
        coalesce(document.is_voided, false) as is_voided,
        ledger.is_posting and coalesce(document.is_posting, false) as is_posting,
    from ledger
    left join document
        on ledger.source_system = document.erp_system and ledger.document_id = document.document_id
    left join line
        on
            ledger.source_system = line.source_system
            and ledger.document_id = line.document_id
            and ledger.document_line_id = line.document_line_id
    left join account
        on ledger.source_system = account.source_system and ledger.account_id = account.account_id
    left join entity on line.source_system = entity.erp_system and line.entity_id = entity.entity_id
    where ledger.accounting_book = '{{ var("primary_accounting_book") }}'
)

select * from final
