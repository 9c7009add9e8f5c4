-- one row per measure and ledger line or document whose base amount the ERP states a second time
{{ config(materialized='view') }}

with

document as (
    select * from {{ ref('stg_netsuite__document') }}
),

document_line as (
    select * from {{ ref('stg_netsuite__document_line') }}
),

entity as (
    select
        entity.entity_id,
        entity.currency,
        coin.minor_unit,
    from {{ ref('stg_netsuite__entity') }} as entity
    left join {{ ref('iso_4217') }} as coin on entity.currency = coin.currency
),

link as (
    select
        link.from_document_id as document_id,
        sum(link.amount) as amount,
    from {{ ref('stg_netsuite__document_line_link') }} as link
    inner join document as applied on link.to_document_id = applied.document_id
    where
        link.link_type in ('bill_to_payment', 'bill_to_credit')
        and applied.is_posting
        and not applied.is_voided
    group by link.from_document_id
),

posted as (
    select
        ledger.*,
        ledger.document_id || '/' || ledger.document_line_id || '/' || ledger.accounting_book
            as record_id,
        entity.currency,
        entity.minor_unit,
        document_line.line_type,
        document_line.amount as line_amount,
        document_line.base_amount as line_base_amount,
        coalesce(link.amount, 0) as applied_amount,
    from {{ ref('stg_netsuite__ledger_line') }} as ledger
    left join document_line
        on
            ledger.document_id = document_line.document_id
            and ledger.document_line_id = document_line.document_line_id
    left join entity on document_line.entity_id = entity.entity_id
    left join link on ledger.document_id = link.document_id
),

balance as (
    select
        document_id,
        accounting_book,
        min(currency) as currency,
        sum(case when base_amount > 0 then base_amount else 0 end) as debits,
        sum(case when base_amount < 0 then -base_amount else 0 end) as credits,
    from posted
    group by document_id, accounting_book
),

final as (
    select
        'ledger_line' as object,
        'ledger_sides' as measure,
        record_id,
        currency,
        base_amount as stated,
        coalesce(debit_amount, 0) - coalesce(credit_amount, 0) as computed,
    from posted
    where debit_amount is not null or credit_amount is not null
    union all
    select
        'ledger_line' as object,
        'ledger_net' as measure,
        record_id,
        currency,
        base_amount as stated,
        net_amount as computed,
    from posted
    union all
    select
        'ledger_line' as object,
        'line_posting' as measure,
        record_id,
        currency,
        -line_base_amount as stated,
        base_amount as computed,
    from posted
    where accounting_book = '{{ var("primary_accounting_book") }}'
    union all
    select
        'document' as object,
        'ledger_balance' as measure,
        document_id || '/' || accounting_book as record_id,
        currency,
        debits as stated,
        credits as computed,
    from balance
    union all
    -- open and paid amounts have no side
    select
        'ledger_line' as object,
        'receivable_split' as measure,
        record_id,
        currency,
        abs(base_amount) as stated,
        paid_amount + unpaid_amount as computed,
    from posted
    union all
    -- in another currency each application is converted, and rounded, on its own
    select
        'ledger_line' as object,
        case
            when base_amount = -line_amount then 'receivable_applied'
            else 'receivable_applied_abroad'
        end as measure,
        record_id,
        currency,
        paid_amount as stated,
        {{ from_ten_thousandths(scale_whole(
            ten_thousandths('base_amount'), ten_thousandths('applied_amount'),
            ten_thousandths('-line_amount'), minor_unit_granule('minor_unit')
        )) }} as computed,
    from posted
    where line_type = 'main' and line_amount < 0
)

select
    'netsuite' as source_system,
    final.*
from final
where final.stated is not null and final.computed is not null
