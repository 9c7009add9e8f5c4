-- What is deferred, how did it roll forward, does it tie to the ledger balance?
select
    entity,
    currency,
    period,
    opening,
    billed,
    released,
    modified,
    fx + moved as other_currency_or_entity,
    financing + reclassified + adjusted as other_journals,
    closing,
    ledger_balance,
    difference,
from revenue_bridge.rpt_deferred_rollforward
order by entity, currency, period
