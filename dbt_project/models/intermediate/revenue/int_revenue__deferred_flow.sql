-- one row per entity, currency and month with a movement of deferred revenue: by bills, by
-- recognition and by other journals, each from its own records, beside what the deferred accounts
-- themselves moved
with ledger_line as (
    select * from {{ ref('int_erp__ledger_line') }}
    where is_posting
),

billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided
),

plan_line as (
    select * from {{ ref('int_revenue__plan_line') }}
    where is_posted
),

recognition_line as (
    select
        erp_system,
        document_id,
        document_line_id
    from ledger_line
    where
        document_type = 'journal'
        and account_class = 'revenue'
        and revenue_element_id is not null
    union
    select
        erp_system,
        journal_document_id,
        journal_line_id
    from plan_line
),

recognition_journal as (
    select
        erp_system,
        document_id
    from recognition_line
    group by erp_system, document_id
),

classified as (
    select
        ledger_line.*,
        recognition_line.document_id is not null as is_recognition_line,
        recognition_journal.document_id is not null as is_recognition_journal,
        billing_line.amount as billing_amount
    from ledger_line
    left join recognition_line
        on
            ledger_line.erp_system = recognition_line.erp_system
            and ledger_line.document_id = recognition_line.document_id
            and ledger_line.document_line_id = recognition_line.document_line_id
    left join recognition_journal
        on
            ledger_line.erp_system = recognition_journal.erp_system
            and ledger_line.document_id = recognition_journal.document_id
    left join billing_line
        on
            ledger_line.erp_system = billing_line.erp_system
            and ledger_line.document_id = billing_line.document_id
            and ledger_line.document_line_id = billing_line.document_line_id
    where
        ledger_line.account_class in ('revenue', 'deferred_revenue', 'contract_asset')
),

flow as (
    select
        entity,
        currency,
        period,
        case
            when account_class = 'deferred_revenue' and not is_recognition_journal
                then billing_amount
        end as billed,
        -- what a journal recognises, less what it takes to unbilled receivables instead
        case
            when is_recognition_line then -amount
            when is_recognition_journal and account_class = 'contract_asset' then -amount
        end as released,
        case
            when
                account_class = 'deferred_revenue'
                and not is_recognition_journal
                and billing_amount is null
                then amount
        end as adjusted,
        case
            when account_class <> 'contract_asset' then null
            when is_recognition_journal then amount
            else billing_amount
        end as unbilled,
        case when account_class = 'deferred_revenue' then amount end as ledger_movement
    from classified
),

final as (
    select
        entity,
        currency,
        period,
        cast(sum(coalesce(billed, 0)) as decimal(28, 4)) as billed,
        cast(sum(coalesce(released, 0)) as decimal(28, 4)) as released,
        cast(sum(coalesce(adjusted, 0)) as decimal(28, 4)) as adjusted,
        cast(sum(coalesce(unbilled, 0)) as decimal(28, 4)) as unbilled,
        cast(sum(coalesce(ledger_movement, 0)) as decimal(28, 4)) as ledger_movement
    from flow
    where coalesce(billed, released, adjusted, unbilled, ledger_movement) is not null
    group by entity, currency, period
)

select * from final
