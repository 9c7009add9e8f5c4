-- The list of differences is what lines 3.10 to 3.13 of the primary set hold of obligations: what
-- the bridge says in one number, the list says obligation by obligation.
with primary_definition as (
    select definition_id from {{ source('definitions', 'definition_set') }}
    where is_primary
),

ledger_month as (
    select setting.period
    from {{ ref('int_bridge__definition_period') }} as setting
    inner join primary_definition on setting.definition_id = primary_definition.definition_id
    where setting.revenue_event = 'ledger'
),

measured as (
    select
        atom.entity,
        atom.currency,
        atom.period,
        atom.line_code,
        atom.amount
    from {{ ref('fct_bridge_atom') }} as atom
    inner join primary_definition on atom.definition_id = primary_definition.definition_id
    where
        atom.line_code in ('3.10', '3.11', '3.12', '3.13')
        and atom.step not in ('pending', 'posted_revenue', 'variable_difference')
        -- the bill of another entity is no posting of the obligation
        and not (atom.line_code = '3.12' and atom.allocation_key = '')
    union all
    select
        difference.entity,
        difference.currency,
        difference.period,
        difference.line_code,
        -difference.amount as amount
    from {{ ref('rpt_schedule_difference') }} as difference
    inner join ledger_month on difference.period = ledger_month.period
)

select
    entity,
    currency,
    period,
    line_code,
    sum(amount) as difference
from measured
group by entity, currency, period, line_code
having sum(amount) <> 0
