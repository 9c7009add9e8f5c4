-- one row per crm_system and contract_id
{{ config(materialized='ephemeral') }}

with

contract as (
    {{ union_systems(var('crm_systems'), 'contract') }}
)

select
    contract.source_system as crm_system,
    contract.* exclude (source_system),
from contract
