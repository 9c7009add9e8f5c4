-- one row per erp_system, journal (or currency revaluation) and purpose of the accounts that it
-- posts to beside receivables and tax, with the weight of the purpose
with

ledger_line as (
    select * from {{ ref('int_erp__ledger_line') }}
    where
        is_posting
        and not is_voided
        and document_type in ('journal', 'currency_revaluation')
),

other_side as (
    select
        erp_system,
        document_id,
        settlement_purpose,
        abs({{ ten_thousandths('sum(amount)') }}) as weight,
    from ledger_line
    where account_class <> 'tax' and settlement_purpose <> 'receivable'
    group by erp_system, document_id, settlement_purpose
    having sum(amount) <> 0
),

-- from one receivable to another: still owed, by somebody else
moved as (
    select
        ledger_line.erp_system,
        ledger_line.document_id,
        'transfer' as settlement_purpose,
        {{ ten_thousandths('1') }} as weight,
    from ledger_line
    left join other_side
        on
            ledger_line.erp_system = other_side.erp_system
            and ledger_line.document_id = other_side.document_id
    where other_side.document_id is null
    group by ledger_line.erp_system, ledger_line.document_id
    having bool_and(ledger_line.settlement_purpose = 'receivable')
),

final as (
    select * from other_side
    union all
    select * from moved
)

select * from final
