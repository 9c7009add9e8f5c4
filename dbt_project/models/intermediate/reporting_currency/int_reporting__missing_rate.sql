-- one row per anchor, source system, currency and reporting currency of records without a rate
with setting as (select * from {{ ref('int_reporting__setting') }}),

definition_set as (select * from {{ source('definitions', 'definition_set') }}),

-- One set speaks for all that report in a currency: the primary one, else the first.
speaking as (
    select
        setting.reporting_currency,
        setting.definition_id,
        row_number() over (
            partition by setting.reporting_currency
            order by definition_set.is_primary desc, setting.definition_id asc
        ) as place,
    from setting
    inner join definition_set on setting.definition_id = definition_set.definition_id
),

part as (
    select
        *,
        case
            when leg = 1 and side = 'left' then 'bookings'
            when leg = 1 and side = 'right' then 'orders'
            when leg = 2 and side = 'right' then 'billings'
            when leg = 3 and side = 'right' then 'revenue'
            when leg = 4 and side = 'right' then 'cash'
        end as anchor,
    from {{ ref('int_reporting__part') }}
    where currency <> reporting_currency and value is null
),

final as (
    select
        part.anchor,
        part.rate_system as source_system,
        part.currency,
        part.reporting_currency,
        {{ from_ten_thousandths('sum(part.units)') }} as amount,
        count(*) as records,
        min(part.period) as first_period,
    from part
    inner join speaking
        on
            part.definition_id = speaking.definition_id
            and speaking.place = 1
    where part.anchor is not null
    group by part.anchor, part.rate_system, part.currency, part.reporting_currency
)

select * from final
