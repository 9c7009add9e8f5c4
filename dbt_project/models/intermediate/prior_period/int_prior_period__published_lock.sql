-- one row per definition set and period that the last publication calls locked
{{ config(materialized='ephemeral') }}

{{ published_rows('revenue_bridge', 'rpt_period_lock', {
    'definition_id': 'string',
    'period': 'date',
    'first_locked_at': 'timestamp',
}) }}
