-- one row per source_system and account_id that ever was, those that are gone marked deleted
with

source as (
    {{ current_rows('salesforce', 'account', keep_deleted=true) }}
),

country as (
    select
        country_key,
        country,
    from {{ ref('country_alias') }}
),

corporate as (
    select max(currency) as currency from {{ ref('stg_salesforce__currency') }}
    where is_corporate
),

final as (
    select
        'salesforce' as source_system,
        source.id as account_id,
        {{ clean_text('source.name') }} as account_name,
        {{ normalise_name('source.name') }} as account_name_normalised,
        {{ clean_text('source.account_number') }} as account_number,
        nullif(source.parent_id, source.id) as parent_account_id,
        nullif(source.master_record_id, source.id) as merged_into_account_id,
        source.owner_id,
        {{ clean_text('source.type') }} as account_type,
        {{ web_domain('source.website') }} as website_domain,
        {{ clean_text('source.phone') }} as phone,
        {{ normalise_tax_id('source.tax_id_c') }} as tax_id,
        {{ normalise_sku('source.duns_number') }} as duns_number,
        {{ clean_text('source.netsuite_id_c') }} as external_erp_customer_id,
        {{ clean_text('source.billing_street') }} as billing_street,
        {{ clean_text('source.billing_city') }} as billing_city,
        {{ clean_text('source.billing_state') }} as billing_state,
        upper({{ clean_text('source.billing_postal_code') }}) as billing_postal_code,
        billing.country as billing_country,
        {{ clean_text('source.shipping_street') }} as shipping_street,
        {{ clean_text('source.shipping_city') }} as shipping_city,
        {{ clean_text('source.shipping_state') }} as shipping_state,
        upper({{ clean_text('source.shipping_postal_code') }}) as shipping_postal_code,
        shipping.country as shipping_country,
        coalesce(billing.country, shipping.country) as country,
        case
            when billing.country is null then {{ clean_text('source.billing_country') }}
        end as unknown_billing_country,
        coalesce(
            {{ normalise_currency('source.currency_iso_code') }}, corporate.currency
        ) as currency,
        {{ clean_text('source.industry') }} as industry,
        {{ normalise_payment_terms('source.payment_terms_c') }} as payment_terms,
        {{ payment_terms_days('source.payment_terms_c') }} as payment_terms_days,
        source.tax_exempt_c as is_tax_exempt,
        lower({{ clean_text('source.customer_status_c') }}) as customer_status,
        {{ clean_text('source.legal_entity_c') }} as legal_entity,
        coalesce(source.is_deleted, false) or coalesce(source._is_deleted, false) as is_deleted,
        source.created_date as created_at,
        coalesce(source.system_modstamp, source.last_modified_date) as modified_at
    {{ custom_columns('salesforce', 'account', 'source') }}
    from source
    cross join corporate
    left join country as billing
        on {{ country_key('source.billing_country') }} = billing.country_key
    left join country as shipping
        on {{ country_key('source.shipping_country') }} = shipping.country_key
)

select * from final
