-- one row per source_system, account_id and landed version of the fields that Finance reviews
with

visible_load as (
    select * from {{ ref('stg_operations__load') }}
    where system = 'salesforce'
),

version as (
    select * from {{ source('raw_salesforce', 'account') }}
),

final as (
    select
        'salesforce' as source_system,
        'account' as object,
        version.id as record_id,
        visible_load.load_id,
        visible_load.loaded_at,
        coalesce(version.system_modstamp, version.last_modified_date) as modified_at,
        {{ clean_text('version.name') }} as legal_customer_name,
        {{ clean_text("concat_ws('-', version.billing_country, version.billing_state)") }}
            as tax_region,
        {{ normalise_tax_id('version.tax_id_c') }} as tax_id,
    from version
    inner join visible_load on version._load_id = visible_load.load_id
    where not coalesce(version._is_deleted, false)
)

select * from final
