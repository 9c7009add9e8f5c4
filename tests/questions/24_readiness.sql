-- How ready is our data, ranked by money at risk?
select
    currency,
    rank_in_currency,
    gap,
    field,
    record_count,
    amount_at_risk,
    largest_source_key,
from account_mapping.rpt_readiness
order by currency, rank_in_currency
