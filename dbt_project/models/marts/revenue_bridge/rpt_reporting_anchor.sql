-- one row per definition set with a reporting currency, entity, period and anchor
{#- anchor: leg and side of its records in int_reporting__part -#}
{%- set anchors = {
    'bookings': (1, 'left'), 'orders': (1, 'right'), 'billings': (2, 'right'),
    'revenue': (3, 'right'), 'cash': (4, 'right'),
} %}
with setting as (select * from {{ ref('int_reporting__setting') }}),

stated as (
    select anchor.*, setting.reporting_currency, setting.minor_unit as reporting_minor_unit
    from {{ ref('rpt_bridge_anchor') }} as anchor
    inner join setting on anchor.definition_id = setting.definition_id
),

part as (
    select
        *,
        case
            {%- for anchor, (leg, side) in anchors.items() %}
            when leg = {{ leg }} and side = '{{ side }}' then '{{ anchor }}'
            {%- endfor %}
        end as anchor,
    from {{ ref('int_reporting__part') }}
    where currency <> reporting_currency
),

converted as (
    select
        definition_id,
        entity,
        period,
        anchor,
        coalesce({{ from_ten_thousandths('sum(value)') }}, 0) as amount,
        count(*) - count(value) as unconverted_count,
    from part
    where anchor is not null
    group by definition_id, entity, period, anchor
),

home as (
    select
        definition_id,
        entity,
        reporting_currency,
        period,
        anchor,
        sum(case when currency = reporting_currency then amount else 0 end) as amount,
        max(fiscal_quarter) as fiscal_quarter,
        max(reporting_minor_unit) as minor_unit,
        bool_and(is_closed) as is_closed,
    from stated
    group by definition_id, entity, reporting_currency, period, anchor
),

final as (
    select
        home.definition_id,
        home.entity,
        home.reporting_currency,
        home.period,
        home.anchor,
        cast(home.amount + coalesce(converted.amount, 0) as decimal(28, 4)) as amount,
        coalesce(converted.unconverted_count, 0) as unconverted_count,
        home.fiscal_quarter,
        home.minor_unit,
        home.is_closed,
    from home
    left join converted
        on
            home.definition_id = converted.definition_id
            and home.entity = converted.entity
            and home.period = converted.period
            and home.anchor = converted.anchor
)

select * from final
