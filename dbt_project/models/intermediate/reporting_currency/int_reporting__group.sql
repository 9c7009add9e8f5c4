-- one row per definition set, leg, group and currency of a part or atom of it: the left rate
with part as (select * from {{ ref('int_reporting__part') }}),

day_rate as (select * from {{ ref('int_reporting__day_rate') }}),

ranked as (
    select
        *,
        row_number() over (
            partition by definition_id, leg, group_key
            order by pricing_rank, period, record_key, side
        ) as place,
    from part
),

pricing as (
    select * from ranked
    where place = 1
),

group_currency as (
    select definition_id, leg, group_key, currency, min(rate) as own_rate
    from (
        select definition_id, leg, group_key, currency, rate from part
        union all
        select definition_id, leg, group_key, currency, null as rate
        from {{ ref('int_reporting__grouped_atom') }}
    ) as item
    group by definition_id, leg, group_key, currency
),

final as (
    select
        pricing.definition_id,
        pricing.reporting_currency,
        pricing.granule,
        pricing.leg,
        pricing.group_key,
        group_currency.currency,
        pricing.currency as left_currency,
        pricing.rate_system,
        pricing.rate_date,
        pricing.crm_system,
        pricing.opportunity_id,
        pricing.erp_system,
        pricing.document_type,
        pricing.document_id,
        pricing.document_line_id,
        case
            when group_currency.currency = pricing.reporting_currency then {{ rate_units('1') }}
            when group_currency.currency = pricing.currency then pricing.rate
            -- a system that does not know the other currency leaves it at its record's own rate
            else coalesce(day_rate.rate, group_currency.own_rate)
        end as rate,
    from group_currency
    inner join pricing
        on {{ same_keys('group_currency', 'pricing', ['definition_id', 'leg', 'group_key']) }}
    left join day_rate
        on
            pricing.rate_system = day_rate.source_system
            and group_currency.currency = day_rate.currency
            and pricing.reporting_currency = day_rate.reporting_currency
            and pricing.rate_date = day_rate.rate_date
)

select * from final
