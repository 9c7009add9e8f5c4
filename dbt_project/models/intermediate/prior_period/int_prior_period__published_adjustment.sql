-- one row per late change to a line and record that the last publication lists
{{ config(materialized='ephemeral') }}

{{ published_rows('revenue_bridge', 'rpt_prior_period_adjustment', {
    'definition_id': 'string',
    'entity': 'string',
    'currency': 'string',
    'period': 'date',
    'leg': 'integer',
    'line_code': 'string',
    'amount': 'decimal(28, 4)',
    'record': 'string',
    'first_seen_at': 'timestamp',
}) }}
