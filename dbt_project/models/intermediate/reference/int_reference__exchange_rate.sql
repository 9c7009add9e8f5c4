-- one row per source_system, from_currency, to_currency and rate_date
{{ config(materialized='view') }}

with

rate as (
    {{ union_systems(var('crm_systems') + var('erp_systems'), 'exchange_rate') }}
)

select * from rate
