-- The anchor under one set + the rows of the comparison = the anchor under the other, exactly, for
-- every key of either and all five anchors: a record left out, counted twice or put into the wrong
-- cell shows here. The counted bookings are the CRM's bookings with what leg 1 takes out of them.
{%- set sides = {'from': 1, 'to': -1} %}
with measured as (
    select definition_id, anchor, entity, currency, period, amount
    from {{ ref('rpt_bridge_anchor') }}
    union all
    select definition_id, 'counted_bookings' as anchor, entity, currency, period, amount
    from {{ ref('rpt_bridge_anchor') }}
    where anchor = 'bookings'
    union all
    select definition_id, 'counted_bookings' as anchor, entity, currency, period, amount
    from {{ ref('rpt_revenue_bridge') }}
    where line_code in ('1.01', '1.02', '1.03')
),

definition_set as (select * from {{ source('definitions', 'definition_set') }}),

pair as (
    select
        from_set.definition_id as from_definition_id,
        to_set.definition_id as to_definition_id
    from definition_set as from_set
    inner join definition_set as to_set
        on
            from_set.is_primary and not to_set.is_primary
            or from_set.is_primary = to_set.is_primary
            and from_set.definition_id < to_set.definition_id
),

compared as (
    {%- for side, sign in sides.items() %}
    select
        pair.*, measured.anchor, measured.entity, measured.currency, measured.period,
        measured.amount * {{ sign }} as amount
    from measured
    inner join pair on measured.definition_id = pair.{{ side }}_definition_id
    union all
    {%- endfor %}
    select from_definition_id, to_definition_id, anchor, entity, currency, period, amount
    from {{ ref('rpt_definition_compare') }}
)

select
    from_definition_id, to_definition_id, anchor, entity, currency, period,
    sum(amount) as difference
from compared
group by from_definition_id, to_definition_id, anchor, entity, currency, period
having sum(amount) <> 0
