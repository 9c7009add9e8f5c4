-- one row per source_system, from_currency, to_currency and rate_date
with

source as (
    {{ netsuite_rows('currency_rate') }}
),

currency as (
    select
        currency_id,
        currency,
    from {{ ref('stg_netsuite__currency') }}
),

named as (
    select
        coalesce(dealt.currency, {{ normalise_currency('source.transactioncurrency') }})
            as from_currency,
        coalesce(base.currency, {{ normalise_currency('source.basecurrency') }}) as to_currency,
        source.effectivedate as rate_date,
        cast(source.exchangerate as decimal(28, 12)) as rate,
        row_number() over (
            partition by source.basecurrency, source.transactioncurrency, source.effectivedate
            order by source.lastmodifieddate desc, source.id desc
        ) as newest_first,
    from source
    left join currency as dealt on source.transactioncurrency = dealt.currency_id
    left join currency as base on source.basecurrency = base.currency_id
),

final as (
    select
        'netsuite' as source_system,
        named.from_currency,
        named.to_currency,
        named.rate_date,
        lead(named.rate_date) over (
            partition by named.from_currency, named.to_currency order by named.rate_date
        ) as next_rate_date,
        named.rate,
    from named
    where named.newest_first = 1
)

select * from final
