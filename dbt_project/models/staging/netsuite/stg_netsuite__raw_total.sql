-- one row per object and currency: the current raw rows and their money, counted on their own
with

visible_load as (
    select load_id from {{ ref('stg_operations__load') }}
    where system = 'netsuite'
),

currency as (
    select
        currency_id,
        currency,
    from {{ ref('stg_netsuite__currency') }}
),

version as (
    select
        'document' as object,
        id as key_1,
        '' as key_2,
        '' as key_3,
        foreigntotal as amount,
        currency as currency_id,
        _load_id,
        coalesce(_is_deleted, false) or coalesce(_fivetran_deleted, false) as is_gone,
    from {{ source('raw_netsuite', 'transaction') }}
    union all
    select
        'document_line' as object,
        transaction as key_1,
        id as key_2,
        '' as key_3,
        abs(foreignamount) as amount,
        null as currency_id,
        _load_id,
        coalesce(_is_deleted, false) or coalesce(_fivetran_deleted, false) as is_gone,
    from {{ source('raw_netsuite', 'transaction_line') }}
    union all
    select
        'ledger_line' as object,
        transaction as key_1,
        transactionline as key_2,
        accountingbook as key_3,
        abs(coalesce(amount, coalesce(debit, 0) - coalesce(credit, 0))) as amount,
        null as currency_id,
        _load_id,
        coalesce(_is_deleted, false) or coalesce(_fivetran_deleted, false) as is_gone,
    from {{ source('raw_netsuite', 'transaction_accounting_line') }}
),

ranked as (
    select
        version.object,
        version.amount,
        version.currency_id,
        version.is_gone,
        row_number() over (
            partition by version.object, version.key_1, version.key_2, version.key_3
            order by version._load_id desc
        ) as newest_first,
    from version
    inner join visible_load on version._load_id = visible_load.load_id
),

final as (
    select
        'netsuite' as source_system,
        ranked.object,
        coalesce(currency.currency, upper(trim(ranked.currency_id)), '') as currency,
        count(*) as row_count,
        cast(coalesce(sum(ranked.amount), 0) as decimal(28, 4)) as amount,
    from ranked
    left join currency on ranked.currency_id = currency.currency_id
    where ranked.newest_first = 1 and not ranked.is_gone
    group by ranked.object, coalesce(currency.currency, upper(trim(ranked.currency_id)), '')
)

select * from final
