-- one row per part of an anchor, transfer out of a slice or hop between currencies, and cause for
-- which its own rate is not the left one: v(right) x (rate right - rate left), by the source of the
-- rates, then by their date
{%- set record = [
    'crm_system', 'opportunity_id', 'erp_system', 'document_type', 'document_id',
    'document_line_id',
] %}
with part as (
    select * from {{ ref('int_reporting__part') }}
    -- what leaves a slice does so at the slice's rate, but for what a bill transfers
    where side in ('left', 'right', 'out') and currency <> reporting_currency
),

group_rate as (select * from {{ ref('int_reporting__group') }}),

day_rate as (select * from {{ ref('int_reporting__day_rate') }}),

compared as (
    select
        part.*,
        group_rate.rate as left_rate,
        -- the part's own system on the left record's day
        case
            when part.rate_date = group_rate.rate_date then part.rate
            when part.rate_system = group_rate.rate_system then group_rate.rate
            else coalesce(day_rate.rate, group_rate.rate)
        end as source_rate,
    from part
    inner join group_rate
        on
            part.definition_id = group_rate.definition_id
            and part.leg = group_rate.leg
            and part.group_key = group_rate.group_key
            and part.currency = group_rate.currency
    left join day_rate
        on
            part.rate_system = day_rate.source_system
            and part.currency = day_rate.currency
            and part.reporting_currency = day_rate.reporting_currency
            and group_rate.rate_date = day_rate.rate_date
    where part.rate <> group_rate.rate
),

valued as (
    select
        *,
        {%- for rate in ['left_rate', 'source_rate', 'rate'] %}
        {{ at_rate('units', rate, 'currency', 'reporting_currency', 'granule') }} as at_{{ rate }},
        {%- endfor %}
        case when side = 'left' then -1 else 1 end as direction,
    from compared
),

hop as (
    select
        priced.*,
        group_rate.{{ record | join(', group_rate.') }},
    from {{ ref('int_reporting__priced_atom') }} as priced
    inner join group_rate
        on
            priced.definition_id = group_rate.definition_id
            and priced.leg = group_rate.leg
            and priced.group_key = group_rate.group_key
            and priced.currency = group_rate.currency
    where priced.value <> priced.nearest
),

cause as (
    {%- for detail, from_rate, to_rate in [
        ('rate_source', 'left_rate', 'source_rate'), ('rate_date', 'source_rate', 'rate')
    ] %}
    select
        definition_id,
        reporting_currency,
        leg,
        group_key,
        '{{ detail }}' as detail,
        entity,
        currency,
        period,
        direction * units as units,
        {{ to_rate }} - {{ from_rate }} as rate,
        direction * (at_{{ to_rate }} - at_{{ from_rate }}) as value,
        {{ record | join(', ') }},
    from valued
    union all
    {%- endfor %}
    select
        definition_id,
        reporting_currency,
        leg,
        group_key,
        'rate_source' as detail,
        entity,
        currency,
        period,
        0 as units,
        null as rate,
        nearest - value as value,
        {{ record | join(', ') }},
    from hop
),

final as (
    select
        definition_id,
        reporting_currency,
        leg,
        group_key,
        detail,
        entity,
        currency,
        period,
        cast(sum(units) as {{ type_wide_integer() }}) as units,
        max(rate) as rate,
        cast(sum(value) as {{ type_wide_integer() }}) as value,
        {{ record | join(', ') }},
    from cause
    where value <> 0
    group by all
)

select * from final
