-- one row per currency that customers buy in: its worth in the currency that queues are ranked in
with

won as (
    select * from {{ ref('int_customer__won_amount') }}
),

ordered as (
    select currency from {{ ref('int_erp__order_line') }}
    group by currency
),

currency_type as (
    {{ union_systems(var('crm_systems'), 'currency') }}
),

-- the CRM's corporate currency; of a CRM that has none the currency of most deals
ranking as (
    select coalesce(
        (select min(case when is_corporate then currency end) from currency_type),
        (
            select currency from won
            group by currency
            order by sum(deal_count) desc, currency asc
            limit 1
        )
    ) as ranking_currency
),

currency as (
    select currency from won
    union
    select currency from ordered
),

stated as (
    select
        currency,
        max(rate_to_corporate) as rate_to_corporate,
    from currency_type
    where rate_to_corporate > 0
    group by currency
),

dated as (
    select
        from_currency,
        to_currency,
        max(rate) as rate,
    from (
        select
            rate.*,
            row_number() over (
                partition by rate.from_currency, rate.to_currency
                order by rate.rate_date desc, rate.source_system asc
            ) as newest_first,
        from {{ ref('int_reference__exchange_rate') }} as rate
        where rate.rate_date <= cast({{ as_of() }} as date)
    ) as ranked
    where newest_first = 1
    group by from_currency, to_currency
),

final as (
    select
        currency.currency,
        ranking.ranking_currency,
        case
            when currency.currency = ranking.ranking_currency then 1
            else coalesce(dated.rate, cast(1 / stated.rate_to_corporate as decimal(28, 12)))
        end as rate,
    from currency
    cross join ranking
    left join dated
        on
            currency.currency = dated.from_currency
            and ranking.ranking_currency = dated.to_currency
    left join stated on currency.currency = stated.currency
    where currency.currency is not null
)

select * from final
