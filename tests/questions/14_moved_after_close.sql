-- What moved in closed periods since we published them, and which records moved it?
select
    entity,
    currency,
    period,
    line_code,
    amount,
    record,
    first_seen_at,
from revenue_bridge.rpt_prior_period_adjustment
where definition_id = 'standard'
order by period, line_code, record, first_seen_at
