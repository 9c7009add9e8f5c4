-- one row per object and currency: the current raw rows and their money, counted on their own
with

visible_load as (
    select load_id from {{ ref('stg_operations__load') }}
    where system = 'salesforce'
),

currency as (
    select max(case when is_corporate then currency end) as corporate
    from {{ ref('stg_salesforce__currency') }}
),

version as (
    select
        'opportunity' as object,
        id,
        amount,
        coalesce(upper(trim(currency_iso_code)), '?') as currency,
        _load_id,
        _is_deleted,
    from {{ source('raw_salesforce', 'opportunity') }}
    union all
    select
        'opportunity_line' as object,
        id,
        abs(total_price) as amount,
        '' as currency,
        _load_id,
        _is_deleted,
    from {{ source('raw_salesforce', 'opportunity_line_item') }}
),

ranked as (
    select
        version.*,
        row_number() over (
            partition by version.object, version.id order by version._load_id desc
        ) as newest_first,
    from version
    inner join visible_load on version._load_id = visible_load.load_id
),

named as (
    select
        ranked.object,
        ranked.amount,
        case
            when ranked.currency = '?' then coalesce(currency.corporate, '')
            else ranked.currency
        end as currency,
    from ranked
    cross join currency
    where ranked.newest_first = 1 and not coalesce(ranked._is_deleted, false)
),

final as (
    select
        'salesforce' as source_system,
        object,
        currency,
        count(*) as row_count,
        cast(coalesce(sum(amount), 0) as decimal(28, 4)) as amount,
    from named
    group by object, currency
)

select * from final
