-- one row per system, record and landed version of it: where it came from
{{ config(materialized='view') }}

{{ union_systems(var('crm_systems') + var('erp_systems'), 'landed_row') }}
