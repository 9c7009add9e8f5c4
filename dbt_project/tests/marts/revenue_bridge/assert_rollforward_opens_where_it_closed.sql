-- A key that leaves would drop out of a comparison of two months: every month opens at the closing
-- of the one before, for every entity and currency, without a gap.
with
{% for balance in ['deferred', 'contract_asset'] %}
{{ balance }}_month as (
    select
        '{{ balance }}' as balance,
        entity,
        currency,
        period,
        opening,
        lag(closing) over (partition by entity, currency order by period) as closing_before,
        lag(period) over (partition by entity, currency order by period) as period_before
    from {{ ref('rpt_' ~ balance ~ '_rollforward') }}
),
{% endfor %}
month as (
    select * from deferred_month
    union all
    select * from contract_asset_month
)

select *
from month
where
    opening <> coalesce(closing_before, 0)
    or (
        period_before is not null
        and cast({{ dbt.dateadd('month', 1, 'period_before') }} as date) <> period
    )
