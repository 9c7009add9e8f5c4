-- one row per source_system and quote_line_id
with

source as (
    {{ current_rows('salesforce', 'quote_line_item') }}
),

final as (
    select
        'salesforce' as source_system,
        source.id as quote_line_id,
        source.quote_id,
        source.product_2_id as product_id,
        {{ quantity('source.quantity') }} as quantity,
        {{ quantity('source.unit_price') }} as unit_price,
        {{ quantity('source.list_price') }} as list_price,
        {{ quantity('source.discount') }} as discount_percent,
        {{ money('source.total_price') }} as amount,
        coalesce(source.is_deleted, false) as is_deleted,
        source.system_modstamp as modified_at,
    from source
)

select * from final
