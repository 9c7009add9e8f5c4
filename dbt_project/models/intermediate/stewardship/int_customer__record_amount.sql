-- one row per source_system and record (account or ERP customer) that bought: the money on it
with

amount as (
    select * from {{ ref('int_quality__record_amount') }}
),

rate as (
    select * from {{ ref('int_customer__ranking_rate') }}
),

ranked as (
    select
        amount.*,
        rate.ranking_currency,
        cast(amount.amount * rate.rate as decimal(28, 4)) as ranking_amount,
        row_number() over (
            partition by amount.source_system, amount.record_type, amount.record_id
            order by amount.document_count desc, amount.currency asc
        ) as most_used_first,
    from amount
    left join rate on amount.currency = rate.currency
),

final as (
    select
        source_system,
        record_type,
        record_id,
        max(case when most_used_first = 1 then currency end) as currency,
        max(case when most_used_first = 1 then amount end) as amount,
        {{ string_list(
            "currency || ' ' || cast(amount as " ~ dbt.type_string() ~ ")", 'currency'
        ) }} as amounts_by_currency,
        max(ranking_currency) as ranking_currency,
        -- what has no rate is worth nothing here, but is in amounts_by_currency
        cast(coalesce(sum(ranking_amount), 0) as decimal(28, 4)) as ranking_amount,
    from ranked
    group by source_system, record_type, record_id
)

select * from final
