-- one row per source_system and item_id
with

source as (
    {{ netsuite_rows('item') }}
),

final as (
    select
        'netsuite' as source_system,
        source.id as item_id,
        {{ clean_text('source.itemid') }} as sku,
        {{ normalise_sku('source.itemid') }} as sku_normalised,
        coalesce({{ clean_text('source.displayname') }}, {{ clean_text('source.fullname') }})
            as item_name,
        source.itemtype as item_type,
        {{ clean_text('source.class') }} as item_class,
        {{ clean_text('source.itemrevenuecategory') }} as revenue_category,
        source.incomeaccount as revenue_account_id,
        source.deferredrevenueaccount as deferred_account_id,
        {{ clean_text('source.externalid') }} as external_id,
        {{ clean_text('source.custitem_sf_product_id') }} as crm_product_id,
        coalesce(source.isinactive, false) as is_inactive,
        source.lastmodifieddate as modified_at,
    from source
)

select * from final
