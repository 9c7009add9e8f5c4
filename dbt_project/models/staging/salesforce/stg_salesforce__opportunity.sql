-- one row per source_system and opportunity_id
with

source as (
    {{ current_rows('salesforce', 'opportunity') }}
),

corporate as (
    select max(currency) as currency from {{ ref('stg_salesforce__currency') }}
    where is_corporate
),

synced_quote as (
    select
        quote_id,
        quote_number,
    from {{ ref('stg_salesforce__quote') }}
),

final as (
    select
        'salesforce' as source_system,
        source.id as opportunity_id,
        {{ clean_text('source.opportunity_number_c') }} as opportunity_number,
        {{ clean_text('source.name') }} as opportunity_name,
        {{ normalise_name('source.name') }} as opportunity_name_normalised,
        source.account_id,
        {{ money('source.amount') }} as amount,
        coalesce(
            {{ normalise_currency('source.currency_iso_code') }}, corporate.currency
        ) as currency,
        source.close_date,
        {{ clean_text('source.stage_name') }} as stage_name,
        coalesce(source.is_won, false) as is_won,
        coalesce(source.is_closed, false) as is_closed,
        {{ clean_text('source.type') }} as deal_type,
        {{ clean_text('source.lead_source') }} as lead_source,
        source.campaign_id,
        source.owner_id,
        source.synced_quote_id as quote_id,
        synced_quote.quote_number,
        source.contract_id,
        {{ clean_text('source.legal_entity_c') }} as legal_entity,
        {{ clean_text('source.purchase_order_number_c') }} as purchase_order_number,
        {{ normalise_purchase_order('source.purchase_order_number_c') }}
            as purchase_order_number_normalised,
        source.purchase_order_date_c as purchase_order_date,
        cast(source.contract_term_months_c as integer) as term_months,
        {{ money('source.tax_amount_c') }} as tax_amount,
        {{ money('source.freight_amount_c') }} as freight_amount,
        {{ quantity('source.discount_percent_c') }} as discount_percent,
        coalesce(source.is_test_c, false) as is_test,
        source.record_type_id as record_type,
        coalesce(source.is_deleted, false) as is_deleted,
        source.created_date as created_at,
        coalesce(source.system_modstamp, source.last_modified_date) as modified_at
    {{ custom_columns('salesforce', 'opportunity', 'source') }}
    from source
    cross join corporate
    left join synced_quote on source.synced_quote_id = synced_quote.quote_id
)

select * from final
