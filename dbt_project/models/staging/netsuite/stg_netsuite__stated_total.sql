-- one row per measure and record whose amount the ERP states a second time
{{ config(materialized='view') }}

select * from {{ ref('stg_netsuite__stated_document') }}
union all by name
select * from {{ ref('stg_netsuite__stated_ledger') }}
union all by name
select * from {{ ref('stg_netsuite__stated_revenue') }}
