-- one row per run: its business date
{{ config(materialized='view') }}
select {{ as_of() }} as as_of
