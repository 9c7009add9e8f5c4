-- The records that are converted are the records of both anchors of each leg, in transaction
-- currency and in every cell: an anchor that measures something new is not converted without them.
{%- set legs = {1: ('bookings', 'orders'), 2: ('orders', 'billings'),
                3: ('billings', 'revenue'), 4: ('billings', 'cash')} %}
with value as (
    select
        definition_id, leg, side, entity, currency, period,
        {{ from_ten_thousandths('sum(units)') }} as amount,
    from {{ ref('int_reporting__part') }}
    where side in ('left', 'right') and currency <> reporting_currency
    group by definition_id, leg, side, entity, currency, period
    {%- for leg, anchors in legs.items() %}
    {%- for anchor in anchors %}
    union all
    select
        anchor.definition_id, {{ leg }} as leg, '{{ ['left', 'right'][loop.index0] }}' as side,
        anchor.entity, anchor.currency, anchor.period, -anchor.amount as amount,
    from {{ ref('rpt_bridge_anchor') }} as anchor
    inner join {{ ref('int_reporting__setting') }} as setting
        on
            anchor.definition_id = setting.definition_id
            and anchor.currency <> setting.reporting_currency
    where anchor.anchor = '{{ anchor }}'
    {%- endfor %}
    {%- endfor %}
)

select definition_id, leg, side, entity, currency, period, sum(amount) as difference
from value
group by definition_id, leg, side, entity, currency, period
having sum(amount) <> 0
