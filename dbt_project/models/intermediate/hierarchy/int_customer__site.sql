-- one row per erp_system, erp_customer_id and address in the customer's address book
{{ config(materialized='ephemeral') }}

with

customer_address as (
    {{ union_systems(var('erp_systems'), 'customer_address') }}
)

select
    customer_address.source_system as erp_system,
    customer_address.* exclude (source_system),
from customer_address
