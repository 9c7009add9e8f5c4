-- one row per source_system and erp_customer_id that ever was, those that are gone marked deleted
with

source as (
    {{ netsuite_rows('customer', keep_deleted=true) }}
),

address as (
    {{ netsuite_rows('entity_address', ['nkey']) }}
),

relationship as (
    {{ netsuite_rows('customer_subsidiary_relationship') }}
),

primary_entity as (
    select
        relationship.entity as erp_customer_id,
        min(relationship.subsidiary) as entity_id,
    from relationship
    where relationship.isprimarysub
    group by relationship.entity
),

currency as (
    select
        currency_id,
        currency,
    from {{ ref('stg_netsuite__currency') }}
),

country as (
    select
        country_key,
        country,
    from {{ ref('country_alias') }}
),

term as (
    select
        term_id,
        payment_terms,
    from {{ ref('netsuite_payment_term') }}
),

named as (
    select
        source.*,
        coalesce(
            {{ clean_text('source.companyname') }},
            {{ clean_text('source.altname') }},
            {{ clean_text("concat_ws(' ', source.firstname, source.lastname)") }},
            {{ clean_text('source.entityid') }}
        ) as customer_name,
        coalesce(term.payment_terms, source.terms) as terms_name,
    from source
    left join term on source.terms = term.term_id
),

final as (
    select
        'netsuite' as source_system,
        named.id as erp_customer_id,
        {{ clean_text('named.entityid') }} as customer_number,
        named.customer_name,
        {{ normalise_name('named.customer_name') }} as customer_name_normalised,
        nullif(named.parent, named.id) as parent_customer_id,
        {{ crm_record_id('named.externalid') }} as external_id,
        {{ crm_record_id('named.custentity_crm_account_id') }} as crm_account_id,
        {{ web_domain('named.url') }} as website_domain,
        {{ web_domain('named.email') }} as email_domain,
        lower({{ clean_text('named.email') }}) as email,
        {{ clean_text('named.phone') }} as phone,
        coalesce(
            {{ normalise_tax_id('named.vatregnumber') }},
            {{ normalise_tax_id('named.custentity_tax_id') }}
        ) as tax_id,
        {{ normalise_sku('named.custentity_duns') }} as duns_number,
        {{ clean_text("concat_ws(' ', billing.addr1, billing.addr2, billing.addr3)") }}
            as billing_street,
        {{ clean_text('billing.city') }} as billing_city,
        {{ clean_text('billing.state') }} as billing_state,
        upper({{ clean_text('billing.zip') }}) as billing_postal_code,
        billing_country.country as billing_country,
        billing.lastmodifieddate as billing_modified_at,
        {{ clean_text("concat_ws(' ', shipping.addr1, shipping.addr2, shipping.addr3)") }}
            as shipping_street,
        {{ clean_text('shipping.city') }} as shipping_city,
        {{ clean_text('shipping.state') }} as shipping_state,
        upper({{ clean_text('shipping.zip') }}) as shipping_postal_code,
        shipping_country.country as shipping_country,
        coalesce(billing_country.country, shipping_country.country) as country,
        coalesce(currency.currency, {{ normalise_currency('named.currency') }}) as currency,
        {{ clean_text('named.category') }} as category,
        {{ normalise_payment_terms('named.terms_name') }} as payment_terms,
        {{ payment_terms_days('named.terms_name') }} as payment_terms_days,
        named.taxable as is_taxable,
        coalesce(named.isinactive, false) as is_inactive,
        lower(coalesce(named.oncredithold, '')) in ('true', 't', 'on', 'yes', '1')
            as is_on_credit_hold,
        named.custentity_credit_approved as is_credit_approved,
        {{ money('named.creditlimit') }} as credit_limit,
        named.salesrep as sales_rep_id,
        primary_entity.entity_id as primary_entity_id,
        coalesce(named._is_deleted, false) or coalesce(named._fivetran_deleted, false)
            as is_deleted,
        named.datecreated as created_at,
        named.lastmodifieddate as modified_at,
        named.firstorderdate as first_order_date
    {{ custom_columns('netsuite', 'customer', 'named') }}
    from named
    left join primary_entity on named.id = primary_entity.erp_customer_id
    left join currency on named.currency = currency.currency_id
    left join address as billing on named.defaultbillingaddress = billing.nkey
    left join address as shipping on named.defaultshippingaddress = shipping.nkey
    left join country as billing_country
        on {{ country_key('billing.country') }} = billing_country.country_key
    left join country as shipping_country
        on {{ country_key('shipping.country') }} = shipping_country.country_key
)

select * from final
