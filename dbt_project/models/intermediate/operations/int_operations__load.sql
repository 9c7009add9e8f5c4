-- one row per system and load that is whole and known to this run
{{ config(materialized='view') }}

select * from {{ ref('stg_operations__load') }}
