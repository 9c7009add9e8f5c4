-- one row per exception that the last publication held
{{ config(materialized='ephemeral') }}

{{ published_rows('operations', 'exception', {
    'exception_type': 'string',
    'currency': 'string',
    'amount': 'decimal(28, 4)',
}) }}
