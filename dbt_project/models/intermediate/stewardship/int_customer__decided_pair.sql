-- one row per two records that a steward's decision joins or keeps apart at the business date
{{ config(materialized='view') }}

select *
from {{ ref('int_customer__decided_interval') }}
where
    valid_from <= cast({{ as_of() }} as date)
    and valid_to > cast({{ as_of() }} as date)
