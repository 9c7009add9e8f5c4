-- one row per ERP, two currencies and day with a rate: the ERP's own rate, valid until the next one
with daily_rate as (
    {{ union_systems(var('erp_systems'), 'exchange_rate') }}
),

final as (
    select
        source_system,
        from_currency,
        to_currency,
        rate_date,
        max(rate) as rate,
        lead(rate_date, 1, date '9999-12-31') over (
            partition by source_system, from_currency, to_currency order by rate_date
        ) as next_rate_date,
    from daily_rate
    group by source_system, from_currency, to_currency, rate_date
)

select * from final
