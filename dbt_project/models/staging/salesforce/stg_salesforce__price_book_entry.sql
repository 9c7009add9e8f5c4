-- one row per source_system and price_book_entry_id
with

source as (
    {{ current_rows('salesforce', 'pricebook_entry') }}
),

final as (
    select
        'salesforce' as source_system,
        source.id as price_book_entry_id,
        source.pricebook_2_id as price_book_id,
        source.product_2_id as product_id,
        {{ quantity('source.unit_price') }} as unit_price,
        {{ normalise_currency('source.currency_iso_code') }} as currency,
        coalesce(source.is_active, true) as is_active,
        coalesce(source.is_deleted, false) as is_deleted,
        source.system_modstamp as modified_at,
    from source
)

select * from final
