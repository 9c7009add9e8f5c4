-- Left anchor + items = right anchor, exactly, in every cell that any anchor or any line has, for
-- every leg and definition set: a plug, a lost atom or an atom in the wrong cell shows here.
{%- set legs = {1: ('bookings', 'orders'), 2: ('orders', 'billings'),
                3: ('billings', 'revenue'), 4: ('billings', 'cash')} %}
with measured as (
    {%- for leg, anchors in legs.items() %}
    select
        definition_id, entity, currency, period, {{ leg }} as leg,
        case when anchor = '{{ anchors[0] }}' then amount else -amount end as amount
    from {{ ref('rpt_bridge_anchor') }}
    where anchor in ('{{ anchors[0] }}', '{{ anchors[1] }}')
    union all
    {%- endfor %}
    select definition_id, entity, currency, period, leg, amount
    from {{ ref('rpt_revenue_bridge') }}
)

select definition_id, entity, currency, period, leg, sum(amount) as difference
from measured
group by definition_id, entity, currency, period, leg
having sum(amount) <> 0
