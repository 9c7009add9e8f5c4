-- one row for the run that made the last publication
{{ config(materialized='ephemeral') }}

{{ published_rows('operations', 'run', {'as_of': 'timestamp'}) }}
