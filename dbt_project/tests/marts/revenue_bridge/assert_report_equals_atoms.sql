-- The published lines add up to what the legs made: an atom lost between a leg and the report, or
-- counted twice by a join, shows here.
with made as (
    {%- for leg in [1, 2, 3, 4] %}
    select definition_id, leg, line_code, entity, currency, period, amount
    from {{ ref('int_bridge__leg' ~ leg ~ '_atom') }}
    union all
    {%- endfor %}
    select definition_id, leg, line_code, entity, currency, period, -amount as amount
    from {{ ref('rpt_revenue_bridge') }}
)

select definition_id, leg, line_code, entity, currency, period, sum(amount) as difference
from made
group by definition_id, leg, line_code, entity, currency, period
having sum(amount) <> 0
