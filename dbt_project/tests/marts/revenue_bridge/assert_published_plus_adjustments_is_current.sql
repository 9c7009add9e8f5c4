-- What the last publication showed of a locked period, and what is listed beyond what it listed, is
-- what is shown now: for every line, and every anchor, of every cell that either has.
with locked as (select * from {{ ref('int_prior_period__locked') }}),

line as (
    {%- for source, sign in [
        (ref('int_prior_period__published_atom'), ''), (ref('rpt_prior_period_adjustment'), ''),
        (ref('int_prior_period__published_adjustment'), '-'), (ref('fct_bridge_atom'), '-'),
    ] %}
    select
        definition_id, entity, currency, period, line_code as part, {{ sign }}1 * amount as amount,
    from {{ source }}
    union all
    {%- endfor %}
    {%- for source, sign in [
        (ref('int_prior_period__published_anchor'), ''), (ref('rpt_prior_period_anchor'), ''),
        (ref('int_prior_period__published_anchor_adjustment'), '-'), (ref('rpt_bridge_anchor'), '-'),
    ] %}
    select definition_id, entity, currency, period, anchor as part, {{ sign }}1 * amount as amount
    from {{ source }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    line.definition_id, line.entity, line.currency, line.period, line.part,
    sum(line.amount) as difference
from line
inner join locked
    on line.definition_id = locked.definition_id and line.period = locked.period
group by line.definition_id, line.entity, line.currency, line.period, line.part
having sum(line.amount) <> 0
