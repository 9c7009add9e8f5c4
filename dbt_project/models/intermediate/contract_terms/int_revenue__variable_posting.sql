-- one row per ledger line by which the ERP itself moves revenue to or from a refund liability: a
-- journal between the two, or a credit that was expected, on whatever account it was posted
with ledger_line as (
    select * from {{ ref('int_erp__ledger_line') }}
    where is_posting
),

billing_line as (select * from {{ ref('int_erp__billing_line') }}),

variable as (select * from {{ ref('int_revenue__variable') }}),

-- where nothing is expected to be given back, such a journal is one of those that people write
expecting as (
    select
        erp_system,
        entity,
        currency
    from variable
    group by erp_system, entity, currency
),

liability_journal as (
    select
        erp_system,
        document_id
    from ledger_line
    where document_type = 'journal' and account_class = 'refund_liability'
    group by erp_system, document_id
),

credit as (
    select
        erp_system,
        document_id,
        document_line_id
    from variable
    where kind = 'consumed' and amount <> 0
    group by erp_system, document_id, document_line_id
),

final as (
    select
        ledger_line.erp_system,
        ledger_line.entity,
        ledger_line.currency,
        ledger_line.minor_unit,
        ledger_line.period,
        ledger_line.document_type,
        ledger_line.document_id,
        ledger_line.document_line_id,
        ledger_line.amount
    from ledger_line
    inner join liability_journal
        on
            ledger_line.erp_system = liability_journal.erp_system
            and ledger_line.document_id = liability_journal.document_id
    inner join expecting
        on
            ledger_line.erp_system = expecting.erp_system
            and ledger_line.entity = expecting.entity
            and ledger_line.currency = expecting.currency
    where ledger_line.account_class = 'revenue' and ledger_line.revenue_element_id is null
    union all
    select
        bill.erp_system,
        bill.entity,
        bill.currency,
        bill.minor_unit,
        bill.period,
        bill.document_type,
        bill.document_id,
        bill.document_line_id,
        cast(
            coalesce(ledger_line.amount, 0) - bill.amount as decimal(28, 4)
        ) as amount
    from credit
    inner join billing_line as bill
        on
            credit.erp_system = bill.erp_system
            and credit.document_id = bill.document_id
            and credit.document_line_id = bill.document_line_id
    left join ledger_line
        on
            credit.erp_system = ledger_line.erp_system
            and credit.document_id = ledger_line.document_id
            and credit.document_line_id = ledger_line.document_line_id
            and ledger_line.account_class = 'revenue'
)

select * from final
