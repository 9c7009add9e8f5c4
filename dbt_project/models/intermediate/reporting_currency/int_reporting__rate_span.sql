-- one row per source system, two currencies and span of days: units of the one for one of the other
-- Preference 1 is as stated for the day, 2 its inverse, 3 and 4 the same of a CRM's undated rate.
with dated as (
    select * from {{ ref('int_reference__exchange_rate') }}
    where rate > 0 and from_currency <> to_currency
),

crm_currency as (
    {{ union_systems(var('crm_systems'), 'currency') }}
),

corporate as (
    select source_system, max(currency) as currency
    from crm_currency
    where is_corporate
    group by source_system
),

stated as (
    select
        source_system,
        from_currency,
        to_currency,
        rate_date as valid_from,
        coalesce(next_rate_date, date '9999-12-31') as valid_to,
        {{ rate_units('rate') }} as rate,
        1 as preference,
    from dated
    union all
    select
        crm_currency.source_system,
        corporate.currency as from_currency,
        crm_currency.currency as to_currency,
        date '0001-01-01' as valid_from,
        date '9999-12-31' as valid_to,
        {{ rate_units('crm_currency.rate_to_corporate') }} as rate,
        3 as preference,
    from crm_currency
    inner join corporate on crm_currency.source_system = corporate.source_system
    where crm_currency.currency <> corporate.currency and crm_currency.rate_to_corporate > 0
),

final as (
    select * from stated
    union all
    select
        source_system,
        to_currency as from_currency,
        from_currency as to_currency,
        valid_from,
        valid_to,
        {{ scale_whole('1000000000000', '1000000000000', 'rate', 1) }} as rate,
        preference + 1 as preference,
    from stated
)

select * from final
