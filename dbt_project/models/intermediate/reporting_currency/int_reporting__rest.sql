-- one row per group and cell whose values do not add up: rounding, at most a minor unit for each of
-- them, or what a missing rate leaves out on one side
with value as (
    select
        definition_id, leg, group_key, entity, currency, period, value, granule,
        case when side in ('right', 'out') then 1 else -1 end as direction,
    from {{ ref('int_reporting__part') }}
    where currency <> reporting_currency
    union all
    select
        definition_id, leg, group_key, entity, currency, period, value, granule,
        -1 as direction,
    from {{ ref('int_reporting__priced_atom') }}
    where currency <> reporting_currency
    union all
    select
        definition_id, leg, group_key, entity, currency, period, value, 0 as granule,
        -1 as direction,
    from {{ ref('int_reporting__fx') }}
    where currency <> reporting_currency
),

final as (
    select
        definition_id,
        leg,
        group_key,
        entity,
        currency,
        period,
        cast(sum(direction * value) as {{ type_wide_integer() }}) as value,
        bool_or(value is null) as is_rate_missing,
        count(*) * max(granule) as most_rounding,
    from value
    group by definition_id, leg, group_key, entity, currency, period
    having sum(direction * value) <> 0
)

select * from final
