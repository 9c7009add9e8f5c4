-- one row per definition set, entity, currency, period and anchor of the last publication
{{ config(materialized='ephemeral') }}

{{ published_rows('revenue_bridge', 'rpt_bridge_anchor', {
    'definition_id': 'string',
    'entity': 'string',
    'currency': 'string',
    'period': 'date',
    'anchor': 'string',
    'amount': 'decimal(28, 4)',
    'is_closed': 'boolean',
}) }}
