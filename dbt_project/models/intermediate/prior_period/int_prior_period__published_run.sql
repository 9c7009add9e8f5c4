-- one row per run that made the last publication (there is one, or none)
{{ config(materialized='ephemeral') }}

{{ published_rows('operations', 'run', {'as_of': 'timestamp'}) }}
