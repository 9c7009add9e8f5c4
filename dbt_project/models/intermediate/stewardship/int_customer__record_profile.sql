-- one row per source_system and record (account or ERP customer): what a steward compares
{{ config(materialized='view') }}

with

account as (
    select * from {{ ref('int_customer__account') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

free_mail as (
    select domain from {{ ref('free_mail_domain') }}
),

record as (
    select
        crm_system as source_system,
        'account' as record_type,
        account_id as record_id,
        account_name as name,
        account_name_normalised as name_normalised,
        {{ billed_address('account') }},
        website_domain as domain,
        phone,
        tax_id,
    from account
    union all by name
    select
        erp_system as source_system,
        'erp_customer' as record_type,
        erp_customer_id as record_id,
        customer_name as name,
        customer_name_normalised as name_normalised,
        {{ billed_address('customer') }},
        coalesce(website_domain, email_domain) as domain,
        phone,
        tax_id,
    from customer
),

final as (
    select
        record.* exclude (name_normalised),
        record.source_system || ':' || record.record_id as record_key,
        record.name_normalised as compared_name,
        {{ letters_and_digits('record.street') }} as compared_street,
        {{ letters_and_digits('record.city') }} as compared_city,
        {{ letters_and_digits('record.state') }} as compared_state,
        left({{ letters_and_digits('record.postal_code') }}, 5) as compared_postal_code,
        record.country as compared_country,
        case when free_mail.domain is null then record.domain end as compared_domain,
        -- with or without the country's code, the last digits are the same
        case
            when length({{ regexp_replace_all('record.phone', '[^0-9]', '') }}) >= 7
                then right({{ regexp_replace_all('record.phone', '[^0-9]', '') }}, 8)
        end as compared_phone,
        record.tax_id as compared_tax_id,
    from record
    left join free_mail on record.domain = free_mail.domain
)

select * from final
