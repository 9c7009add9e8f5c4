-- Records that belong together are worth, with their atoms, as much on the left as on the right,
-- in transaction currency and in every cell: an atom that belongs to another group than its
-- records, or to none, would be priced at a wrong rate and show as rounding.
with value as (
    select
        definition_id, leg, group_key, entity, currency, period,
        case when side in ('left', 'in') then units else -units end as units,
    from {{ ref('int_reporting__part') }}
    where currency <> reporting_currency
    union all
    select
        definition_id, leg, group_key, entity, currency, period,
        {{ ten_thousandths('amount') }} as units,
    from {{ ref('int_reporting__grouped_atom') }}
    where currency <> reporting_currency
)

select
    definition_id, leg, group_key, entity, currency, period,
    {{ from_ten_thousandths('sum(units)') }} as difference,
from value
group by definition_id, leg, group_key, entity, currency, period
having sum(units) <> 0
