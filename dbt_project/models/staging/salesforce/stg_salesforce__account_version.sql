-- one row per source_system, account_id and landed version, as the ERP customer that it maps to
with

visible_load as (
    select * from {{ ref('stg_operations__load') }}
    where system = 'salesforce'
),

version as (
    select * from {{ source('raw_salesforce', 'account') }}
),

sales_user as (
    select * from {{ ref('stg_salesforce__user') }}
),

country as (
    select
        country_key,
        country,
    from {{ ref('country_alias') }}
),

named as (
    select
        version.*,
        visible_load.load_id,
        visible_load.loaded_at,
        {{ clean_text('version.billing_state') }} as bill_to_state,
        coalesce(billing.country, {{ clean_text('version.billing_country') }}) as bill_to_country,
        coalesce(shipping.country, {{ clean_text('version.shipping_country') }})
            as ship_to_country,
        sales_user.employee_number,
    from version
    inner join visible_load on version._load_id = visible_load.load_id
    left join sales_user on version.owner_id = sales_user.user_id
    left join country as billing
        on {{ country_key('version.billing_country') }} = billing.country_key
    left join country as shipping
        on {{ country_key('version.shipping_country') }} = shipping.country_key
    where not coalesce(version._is_deleted, false)
),

final as (
    select
        'salesforce' as source_system,
        'account' as record_type,
        'account' as object,
        id as record_id,
        load_id,
        loaded_at,
        lag(load_id) over (partition by id order by load_id) as earlier_load_id,
        lead(load_id) over (partition by id order by load_id) as later_load_id,
        coalesce(system_modstamp, last_modified_date) as modified_at,
        coalesce(system_modstamp, last_modified_date) as bill_to_modified_at,
        coalesce(system_modstamp, last_modified_date) as ship_to_modified_at,
        nullif(parent_id, id) as parent_record_id,
        nullif(master_record_id, id) as merged_into_record_id,
        {{ clean_text('netsuite_id_c') }} as external_id,
        {{ clean_text('name') }} as legal_customer_name,
        {{ clean_text('billing_street') }} as bill_to_street,
        {{ clean_text('billing_city') }} as bill_to_city,
        bill_to_state,
        upper({{ clean_text('billing_postal_code') }}) as bill_to_postal_code,
        bill_to_country,
        {{ clean_text('shipping_street') }} as ship_to_street,
        {{ clean_text('shipping_city') }} as ship_to_city,
        {{ clean_text('shipping_state') }} as ship_to_state,
        upper({{ clean_text('shipping_postal_code') }}) as ship_to_postal_code,
        ship_to_country,
        employee_number as sales_rep_code,
        cast(null as {{ dbt.type_string() }}) as sales_rep_number,
        {{ clean_text('industry') }} as category,
        {{ normalise_payment_terms('payment_terms_c') }} as payment_terms,
        case when tax_exempt_c then 'exempt' when not tax_exempt_c then 'taxable' end as tax_code,
        {{ normalise_tax_id('tax_id_c') }} as tax_id,
        upper(nullif(concat_ws('-', bill_to_country, bill_to_state), '')) as tax_region,
        cast(null as {{ dbt.type_string() }}) as credit_status,
        {{ clean_text('phone') }} as phone,
    from named
)

select * from final
