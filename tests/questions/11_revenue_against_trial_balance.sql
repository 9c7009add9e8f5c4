-- Does landed ERP revenue equal the general ledger's own trial balance?
select
    entity,
    currency,
    period,
    'revenue' as compared,
    amount as landed,
    control_total as ledger_states,
    control_difference as difference,
from revenue_bridge.rpt_bridge_anchor
where definition_id = 'standard' and anchor = 'revenue' and control_total <> 0
union all by name
-- Account by account, in the entity's own currency and debit positive, as a trial balance is.
select
    entity,
    currency,
    period,
    replace(measure, 'trial_balance_', 'account ') as compared,
    computed as landed,
    stated as ledger_states,
    difference,
from operations.rpt_control_total
where measure like 'trial_balance_%'
order by entity, currency, compared, period
