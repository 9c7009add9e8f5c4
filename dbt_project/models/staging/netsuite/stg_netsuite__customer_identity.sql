-- one row per source_system, erp_customer_id and landed version: what tells who the customer is
{{ config(materialized='view') }}

with

visible_load as (
    select * from {{ ref('stg_operations__load') }}
    where system = 'netsuite'
),

version as (
    select
        customer.*,
        visible_load.load_id,
        cast(visible_load.watermark as date) as landed_on,
        coalesce(customer._is_deleted, false) or coalesce(customer._fivetran_deleted, false)
            as is_tombstone,
        lag(coalesce(customer._is_deleted, false) or coalesce(customer._fivetran_deleted, false))
            over (partition by customer.id order by customer._load_id)
            as was_tombstone,
    from {{ source('raw_netsuite', 'customer') }} as customer
    inner join visible_load on customer._load_id = visible_load.load_id
),

final as (
    select
        'netsuite' as source_system,
        'erp_customer' as record_type,
        id as record_id,
        load_id,
        -- a source says when it changed a row, not when it dropped or restored one
        case
            when is_tombstone or was_tombstone then landed_on
            else coalesce(cast(lastmodifieddate as date), landed_on)
        end as changed_on,
        is_tombstone as is_gone,
        cast(null as {{ dbt.type_string() }}) as merged_into_record_id,
        coalesce(
            {{ crm_record_id('custentity_crm_account_id') }}, {{ crm_record_id('externalid') }}
        ) as counterpart_id,
        coalesce(
            {{ normalise_tax_id('vatregnumber') }}, {{ normalise_tax_id('custentity_tax_id') }}
        ) as tax_id,
    from version
)

select * from final
