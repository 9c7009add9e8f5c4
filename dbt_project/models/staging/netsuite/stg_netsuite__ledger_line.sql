-- one row per source_system and document_id, document_line_id, accounting_book
with

source as (
    {{ netsuite_rows(
        'transaction_accounting_line', ['transaction', 'transactionline', 'accountingbook']
    ) }}
),

final as (
    select
        'netsuite' as source_system,
        source.transaction as document_id,
        source.transactionline as document_line_id,
        source.accountingbook as accounting_book,
        source.account as account_id,
        {{ money('coalesce(
            source.amount, coalesce(source.debit, 0) - coalesce(source.credit, 0)
        )') }} as base_amount,
        {{ money('source.debit') }} as debit_amount,
        {{ money('source.credit') }} as credit_amount,
        {{ money('source.netamount') }} as net_amount,
        {{ money('source.amountpaid') }} as paid_amount,
        {{ money('source.amountunpaid') }} as unpaid_amount,
        coalesce(source.posting, true) as is_posting,
        source.lastmodifieddate as modified_at,
    from source
)

select * from final
