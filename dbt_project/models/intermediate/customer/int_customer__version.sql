-- one row per landed version of a CRM account or an ERP customer
{{ config(materialized='view') }}

{{ union_systems(var('crm_systems'), 'account_version') }}
union all by name
{{ union_systems(var('erp_systems'), 'customer_version') }}
