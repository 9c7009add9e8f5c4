-- one row per late change to an anchor that the last publication lists
{{ config(materialized='ephemeral') }}

{{ published_rows('revenue_bridge', 'rpt_prior_period_anchor', {
    'definition_id': 'string',
    'entity': 'string',
    'currency': 'string',
    'period': 'date',
    'anchor': 'string',
    'amount': 'decimal(28, 4)',
    'first_seen_at': 'timestamp',
}) }}
