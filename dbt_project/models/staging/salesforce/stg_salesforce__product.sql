-- one row per source_system and product_id
with

source as (
    {{ current_rows('salesforce', 'product_2') }}
),

final as (
    select
        'salesforce' as source_system,
        source.id as product_id,
        {{ clean_text('source.name') }} as product_name,
        {{ clean_text('source.product_code') }} as product_code,
        {{ normalise_sku('source.product_code') }} as product_code_normalised,
        {{ clean_text('source.stock_keeping_unit') }} as stock_keeping_unit,
        {{ normalise_sku('source.stock_keeping_unit') }} as stock_keeping_unit_normalised,
        {{ clean_text('source.family') }} as product_family,
        {{ clean_text('source.description') }} as description,
        coalesce(source.is_active, true) as is_active,
        coalesce(source.is_deleted, false) as is_deleted,
        source.created_date as created_at,
        coalesce(source.system_modstamp, source.last_modified_date) as modified_at,
    from source
)

select * from final
