-- one row per CRM account and per ERP customer, as the source has what the matcher compares
with

account as (
    select * from {{ ref('int_customer__account') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

final as (
    select
        'account' as record_type,
        crm_system as source_system,
        account_id as record_id,
        account_name as record_name,
        coalesce(billing_street, shipping_street) as street,
        coalesce(billing_city, shipping_city) as city,
        coalesce(billing_state, shipping_state) as state,
        coalesce(billing_postal_code, shipping_postal_code) as postal_code,
        country,
        website_domain as domain,
        phone,
        is_deleted or merged_into_account_id is not null as is_gone,
    from account
    union all
    select
        'erp_customer' as record_type,
        erp_system as source_system,
        erp_customer_id as record_id,
        customer_name as record_name,
        coalesce(billing_street, shipping_street) as street,
        coalesce(billing_city, shipping_city) as city,
        coalesce(billing_state, shipping_state) as state,
        coalesce(billing_postal_code, shipping_postal_code) as postal_code,
        country,
        coalesce(website_domain, email_domain) as domain,
        phone,
        is_deleted as is_gone,
    from customer
)

select * from final
