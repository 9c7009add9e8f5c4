-- one row per source_system and quote_id
with

source as (
    {{ current_rows('salesforce', 'quote') }}
),

final as (
    select
        'salesforce' as source_system,
        source.id as quote_id,
        {{ clean_text('source.quote_number') }} as quote_number,
        {{ clean_text('source.name') }} as quote_name,
        source.opportunity_id,
        {{ clean_text('source.status') }} as status,
        {{ money('source.total_price') }} as amount,
        {{ money('source.grand_total') }} as gross_amount,
        {{ quantity('source.discount') }} as discount_percent,
        {{ money('source.tax') }} as tax_amount,
        {{ money('source.shipping_handling') }} as freight_amount,
        coalesce(source.is_syncing, false) as is_synced,
        coalesce(source.is_deleted, false) as is_deleted,
        source.created_date as created_at,
        source.system_modstamp as modified_at,
    from source
)

select * from final
