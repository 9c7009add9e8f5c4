-- Left anchor + items = right anchor in reporting currency, exactly, in every cell that any anchor
-- or any line has, for every leg and every definition set with a reporting currency.
{%- set legs = {1: ('bookings', 'orders'), 2: ('orders', 'billings'),
                3: ('billings', 'revenue'), 4: ('billings', 'cash')} %}
with measured as (
    {%- for leg, anchors in legs.items() %}
    select
        definition_id, entity, reporting_currency, period, {{ leg }} as leg,
        case when anchor = '{{ anchors[0] }}' then amount else -amount end as amount
    from {{ ref('rpt_reporting_anchor') }}
    where anchor in ('{{ anchors[0] }}', '{{ anchors[1] }}')
    union all
    {%- endfor %}
    select definition_id, entity, reporting_currency, period, leg, amount
    from {{ ref('rpt_reporting_bridge') }}
)

select definition_id, entity, reporting_currency, period, leg, sum(amount) as difference
from measured
group by definition_id, entity, reporting_currency, period, leg
having sum(amount) <> 0
