-- What a locked period's anchors moved by tonight is what its lines moved by: no leg opens up
-- through a late change, and no change is in an anchor without being in the lines.
{%- set legs = {1: ('bookings', 'orders'), 2: ('orders', 'billings'),
                3: ('billings', 'revenue'), 4: ('billings', 'cash')} %}
with anchor as (
    select definition_id, entity, currency, period, anchor, amount
    from {{ ref('rpt_prior_period_anchor') }}
    union all
    select definition_id, entity, currency, period, anchor, -amount as amount
    from {{ ref('int_prior_period__published_anchor_adjustment') }}
),

moved as (
    {%- for leg, anchors in legs.items() %}
    select
        definition_id, entity, currency, period, {{ leg }} as leg,
        case when anchor = '{{ anchors[0] }}' then amount else -amount end as amount
    from anchor
    where anchor in ('{{ anchors[0] }}', '{{ anchors[1] }}')
    union all
    {%- endfor %}
    select definition_id, entity, currency, period, leg, amount
    from {{ ref('rpt_prior_period_adjustment') }}
    union all
    select definition_id, entity, currency, period, leg, -amount as amount
    from {{ ref('int_prior_period__published_adjustment') }}
)

select definition_id, entity, currency, period, leg, sum(amount) as difference
from moved
group by definition_id, entity, currency, period, leg
having sum(amount) <> 0
