-- one row per source_system, account_id and landed version: what tells who the account is
{{ config(materialized='view') }}

with

visible_load as (
    select * from {{ ref('stg_operations__load') }}
    where system = 'salesforce'
),

version as (
    select
        account.*,
        visible_load.load_id,
        cast(visible_load.watermark as date) as landed_on,
        coalesce(account._is_deleted, false) as is_tombstone,
        lag(account._is_deleted) over (partition by account.id order by account._load_id)
            as was_tombstone,
    from {{ source('raw_salesforce', 'account') }} as account
    inner join visible_load on account._load_id = visible_load.load_id
),

final as (
    select
        'salesforce' as source_system,
        'account' as record_type,
        id as record_id,
        load_id,
        -- a source says when it changed a row, not when it dropped or restored one
        case
            when is_tombstone or was_tombstone then landed_on
            else coalesce(cast(coalesce(system_modstamp, last_modified_date) as date), landed_on)
        end as changed_on,
        is_tombstone or coalesce(is_deleted, false) as is_gone,
        nullif(master_record_id, id) as merged_into_record_id,
        {{ clean_text('netsuite_id_c') }} as counterpart_id,
        {{ normalise_tax_id('tax_id_c') }} as tax_id,
    from version
)

select * from final
