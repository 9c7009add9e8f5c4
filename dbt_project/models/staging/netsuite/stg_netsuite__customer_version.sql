-- one row per source_system, erp_customer_id and landed version of the fields that Finance reviews
with

visible_load as (
    select * from {{ ref('stg_operations__load') }}
    where system = 'netsuite'
),

version as (
    select * from {{ source('raw_netsuite', 'customer') }}
),

final as (
    select
        'netsuite' as source_system,
        'customer' as object,
        version.id as record_id,
        visible_load.load_id,
        visible_load.loaded_at,
        version.lastmodifieddate as modified_at,
        {{ clean_text('version.companyname') }} as legal_customer_name,
        cast(null as {{ dbt.type_string() }}) as tax_region,
        coalesce(
            {{ normalise_tax_id('version.vatregnumber') }},
            {{ normalise_tax_id('version.custentity_tax_id') }}
        ) as tax_id,
    from version
    inner join visible_load on version._load_id = visible_load.load_id
    where not coalesce(version._is_deleted, false)
)

select * from final
