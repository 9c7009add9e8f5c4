-- one row per CRM user
{{ config(materialized='view') }}

{{ union_systems(var('crm_systems'), 'user') }}
