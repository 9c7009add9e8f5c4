-- one row per erp_system and accounting_period_id of a posting month
{{ config(materialized='view') }}

with

period as (
    {{ union_systems(var('erp_systems'), 'accounting_period') }}
)

select
    period.source_system as erp_system,
    period.* exclude (source_system),
from period
where period.is_posting
