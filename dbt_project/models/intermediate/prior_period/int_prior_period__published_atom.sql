-- one row per atom of the last publication
{{ config(materialized='ephemeral') }}

{{ published_rows('revenue_bridge', 'fct_bridge_atom', {
    'definition_id': 'string',
    'entity': 'string',
    'currency': 'string',
    'period': 'date',
    'leg': 'integer',
    'line_code': 'string',
    'amount': 'decimal(28, 4)',
    'crm_system': 'string',
    'opportunity_id': 'string',
    'opportunity_line_id': 'string',
    'erp_system': 'string',
    'document_type': 'string',
    'document_id': 'string',
    'document_line_id': 'string',
}) }}
