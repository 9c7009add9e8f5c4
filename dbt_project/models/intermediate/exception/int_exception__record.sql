-- one row per exception about a record: orphans, unknown currencies, missing rates, dead letters
with

opportunity as (
    select
        crm_system,
        opportunity_id,
    from {{ ref('int_crm__opportunity') }}
),

opportunity_line as (
    {{ union_systems(var('crm_systems'), 'opportunity_line') }}
),

document as (
    select * from {{ ref('int_erp__document') }}
),

document_line as (
    {{ union_systems(var('erp_systems'), 'document_line') }}
),

ledger_line as (
    {{ union_systems(var('erp_systems'), 'ledger_line') }}
),

rate as (
    select from_currency, to_currency, min(rate_date) as first_rate_date
    from {{ ref('int_reference__exchange_rate') }}
    group by from_currency, to_currency
),

entity as (
    select
        erp_system,
        entity_id,
        currency,
    from {{ ref('int_reference__entity') }}
),

known_currency as (
    select currency from {{ ref('int_reference__currency') }}
),

traded as (
    select
        document.erp_system,
        document.currency,
        entity.currency as base_currency,
        min(document.document_date) as first_date,
        count(*) as document_count,
    from document
    inner join document_line as main_line
        on
            document.erp_system = main_line.source_system
            and document.document_id = main_line.document_id
            and main_line.line_type = 'main'
    inner join entity
        on main_line.source_system = entity.erp_system and main_line.entity_id = entity.entity_id
    where document.currency <> entity.currency and document.exchange_rate is null
    group by document.erp_system, document.currency, entity.currency
),

letter as (
    select
        system,
        object,
        coalesce(
            source_key,
            source_file || ':' || cast(source_row as {{ dbt.type_string() }}),
            load_id
        ) as source_key,
        reason,
        {{ payload_amount('payload') }} as amount,
        {{ payload_currency('payload') }} as currency,
    from {{ ref('dead_letter') }}
    where status = 'open'
),

-- a key that stands in a file three times was turned away twice for one reason
told_letter as (
    select
        system,
        object,
        source_key,
        cast(sum(amount) as decimal(28, 4)) as amount,
        currency,
        reason || case
            when count(*) > 1
                then ' (' || cast(count(*) as {{ dbt.type_string() }}) || ' rows)'
            else ''
        end as detail,
    from letter
    group by system, object, source_key, currency, reason
),

final as (
    select
        'orphaned_line' as exception_type,
        line.source_system as system,
        'opportunity_line' as object,
        line.opportunity_line_id as source_key,
        coalesce(line.amount, 0) as amount,
        cast(null as {{ dbt.type_string() }}) as currency,
        'Its opportunity ' || line.opportunity_id || ' is not among the landed ones' as detail,
    from opportunity_line as line
    left join opportunity
        on
            line.source_system = opportunity.crm_system
            and line.opportunity_id = opportunity.opportunity_id
    where opportunity.opportunity_id is null
    union all
    select
        'orphaned_line' as exception_type,
        line.source_system as system,
        'document_line' as object,
        line.document_id || '/' || line.document_line_id as source_key,
        coalesce(line.amount, 0) as amount,
        cast(null as {{ dbt.type_string() }}) as currency,
        'Its transaction ' || line.document_id || ' is not among the landed ones' as detail,
    from document_line as line
    left join document
        on line.source_system = document.erp_system and line.document_id = document.document_id
    where document.document_id is null
    union all
    select
        'orphaned_line' as exception_type,
        ledger_line.source_system as system,
        'ledger_line' as object,
        ledger_line.document_id || '/' || ledger_line.document_line_id || '/'
        || ledger_line.accounting_book as source_key,
        ledger_line.base_amount as amount,
        cast(null as {{ dbt.type_string() }}) as currency,
        'Its transaction line is not among the landed ones: amount in base currency' as detail,
    from ledger_line
    left join document_line as line
        on
            ledger_line.source_system = line.source_system
            and ledger_line.document_id = line.document_id
            and ledger_line.document_line_id = line.document_line_id
    where line.document_line_id is null
    union all
    select
        'unknown_currency' as exception_type,
        document.erp_system as system,
        'document' as object,
        document.document_id as source_key,
        coalesce(document.total_amount, 0) as amount,
        document.currency,
        'Currency ' || document.currency || ' of ' || coalesce(document.document_number, '')
        || ' is not in ISO 4217' as detail,
    from document
    left join known_currency on document.currency = known_currency.currency
    where known_currency.currency is null and document.document_type <> 'other'
    union all
    select
        'missing_rate' as exception_type,
        traded.erp_system as system,
        'exchange_rate' as object,
        traded.currency || '/' || traded.base_currency as source_key,
        cast(null as decimal(28, 4)) as amount,
        traded.currency,
        cast(traded.document_count as {{ dbt.type_string() }})
        || ' documents since ' || cast(traded.first_date as {{ dbt.type_string() }})
        || ' carry no rate, and no table gives one' as detail,
    from traded
    left join rate
        on
            traded.currency = rate.from_currency
            and traded.base_currency = rate.to_currency
            and traded.first_date >= rate.first_rate_date
    where rate.from_currency is null
    union all
    select
        'dead_letter' as exception_type,
        system,
        object,
        source_key,
        amount,
        currency,
        detail,
    from told_letter
)

select * from final
