-- one row per erp_system and erp_customer_id
{{ config(materialized='view') }}

with

customer as (
    {{ union_systems(var('erp_systems'), 'customer') }}
)

select
    customer.source_system as erp_system,
    customer.* exclude (source_system),
from customer
