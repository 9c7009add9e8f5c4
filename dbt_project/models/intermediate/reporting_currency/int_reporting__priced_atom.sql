-- one row per atom of a definition set with a reporting currency: its amount at the left rate
{%- set hop = ['allocation_key', 'opportunity_line_id', 'document_id', 'document_line_id'] %}
with grouped as (select * from {{ ref('int_reporting__grouped_atom') }}),

group_rate as (select * from {{ ref('int_reporting__group') }}),

priced as (
    select
        grouped.*,
        group_rate.left_currency,
        group_rate.rate,
        {{ at_rate(ten_thousandths('grouped.amount'), 'group_rate.rate', 'grouped.currency',
            'grouped.reporting_currency', 'grouped.granule') }} as nearest,
    from grouped
    left join group_rate
        on
            grouped.definition_id = group_rate.definition_id
            and grouped.leg = group_rate.leg
            and grouped.group_key = group_rate.group_key
            and grouped.currency = group_rate.currency
),

-- What leaves one currency is what arrives in the other: the hop is worth the same on both sides,
-- and what the two rates make of it is FX.
leaving as (
    select
        definition_id,
        leg,
        group_key,
        {{ hop | join(', ') }},
        -cast(sum(nearest) as {{ type_wide_integer() }}) as value,
    from priced
    where is_currency_hop and currency = left_currency
    group by definition_id, leg, group_key, {{ hop | join(', ') }}
),

final as (
    select
        priced.atom_key,
        priced.definition_id,
        priced.reporting_currency,
        priced.granule,
        priced.leg,
        priced.group_key,
        priced.entity,
        priced.currency,
        priced.period,
        -- what arrives in another currency has no rate of its own, only a value
        case when leaving.value is null then priced.rate end as rate,
        priced.nearest,
        coalesce(leaving.value, priced.nearest) as value,
    from priced
    left join leaving
        on
            priced.is_currency_hop
            and priced.currency <> priced.left_currency
            and priced.definition_id = leaving.definition_id
            and priced.leg = leaving.leg
            and priced.group_key = leaving.group_key
            {%- for column in hop %}
            and priced.{{ column }} = leaving.{{ column }}
            {%- endfor %}
)

select * from final
