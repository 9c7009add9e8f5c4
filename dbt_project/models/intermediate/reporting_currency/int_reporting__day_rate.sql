-- one row per source system, currency, reporting currency and day: the rate that the system states,
-- directly, the other way round, or through a third currency; no row where it states none
with rate_span as (select * from {{ ref('int_reporting__rate_span') }}),

setting as (
    select reporting_currency from {{ ref('int_reporting__setting') }}
    group by reporting_currency
),

day as (
    select booking_date as rate_date from {{ ref('int_booking__by_definition') }}
    union
    select document_date as rate_date from {{ ref('int_erp__document') }}
    union
    select period as rate_date from {{ ref('int_bridge__definition_period') }}
),

pair as (
    select rate_span.source_system, rate_span.from_currency as currency, setting.reporting_currency
    from rate_span
    inner join setting on rate_span.from_currency <> setting.reporting_currency
    group by rate_span.source_system, rate_span.from_currency, setting.reporting_currency
),

direct as (
    select
        pair.*,
        day.rate_date,
        rate_span.rate,
        rate_span.preference,
        rate_span.to_currency as through,
        rate_span.valid_from,
    from pair
    cross join day
    inner join rate_span
        on
            pair.source_system = rate_span.source_system
            and pair.currency = rate_span.from_currency
            and pair.reporting_currency = rate_span.to_currency
            and day.rate_date >= rate_span.valid_from
            and day.rate_date < rate_span.valid_to
),

crossed as (
    select
        pair.*,
        day.rate_date,
        {{ chained_rate('first_leg.rate', 'second_leg.rate') }} as rate,
        10 * (first_leg.preference + second_leg.preference) as preference,
        first_leg.to_currency as through,
        least(first_leg.valid_from, second_leg.valid_from) as valid_from,
    from pair
    cross join day
    left join direct
        on
            pair.source_system = direct.source_system
            and pair.currency = direct.currency
            and pair.reporting_currency = direct.reporting_currency
            and day.rate_date = direct.rate_date
    inner join rate_span as first_leg
        on
            pair.source_system = first_leg.source_system
            and pair.currency = first_leg.from_currency
            and day.rate_date >= first_leg.valid_from
            and day.rate_date < first_leg.valid_to
    inner join rate_span as second_leg
        on
            pair.source_system = second_leg.source_system
            and first_leg.to_currency = second_leg.from_currency
            and pair.reporting_currency = second_leg.to_currency
            and day.rate_date >= second_leg.valid_from
            and day.rate_date < second_leg.valid_to
    where direct.rate is null
),

ranked as (
    select
        *,
        row_number() over (
            partition by source_system, currency, reporting_currency, rate_date
            order by preference asc, valid_from desc, through asc, rate asc
        ) as best_first,
    from (
        select * from direct
        union all
        select * from crossed
    ) as candidate
),

final as (
    select
        source_system,
        currency,
        reporting_currency,
        rate_date,
        rate,
    from ranked
    where best_first = 1 and rate > 0
)

select * from final
