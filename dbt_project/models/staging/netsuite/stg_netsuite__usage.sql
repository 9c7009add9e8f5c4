-- one row per source_system and usage_id
with

source as (
    {{ netsuite_rows('usage') }}
),

final as (
    select
        'netsuite' as source_system,
        source.id as usage_id,
        source.customer as erp_customer_id,
        source.item as item_id,
        source.usagedate as usage_date,
        {{ quantity('source.usagequantity') }} as quantity,
        source.usagesubscription as subscription_id,
        source.usagesubscriptionline as subscription_line_id,
        source.lastmodifieddate as modified_at,
    from source
)

select * from final
