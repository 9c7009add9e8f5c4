-- one row per crm_system, product_key, item, rule that proposes it and span for which it does
with

named_product as (
    select * from {{ ref('int_crm__named_product') }}
),

item as (
    {{ union_systems(var('erp_systems'), 'item') }}
),

mapping as (
    select * from {{ source('definitions', 'product_map') }}
),

stated as (
    select
        named_product.crm_system,
        named_product.product_key,
        mapping.erp_system,
        mapping.sku,
        cast(mapping.share as decimal(18, 8)) as share,
        mapping.manual_review as is_manual_review,
        case when mapping.manual_review then 'manual review' else 'product map' end as map_rule,
        -- a name that is another product's code yields to that product's own row
        case
            when
                named_product.product_code_normalised = {{ normalise_sku('mapping.product_code') }}
                then 1
            else 2
        end as tier,
        mapping.valid_from,
        mapping.valid_to,
    from named_product
    inner join mapping
        on
            named_product.crm_system = mapping.crm_system
            and (
                named_product.product_code_normalised = {{ normalise_sku('mapping.product_code') }}
                or lower(named_product.product_name) = lower(mapping.product_code)
            )
),

found as (
    select
        named_product.crm_system,
        named_product.product_key,
        item.source_system as erp_system,
        item.sku,
        'product id on item' as map_rule,
        3 as tier,
    from named_product
    inner join item on named_product.product_id = item.crm_product_id
    union all
    select
        named_product.crm_system,
        named_product.product_key,
        item.source_system as erp_system,
        item.sku,
        'same code' as map_rule,
        4 as tier,
    from named_product
    inner join item on named_product.stock_keeping_unit_normalised = item.sku_normalised
    union all
    select
        named_product.crm_system,
        named_product.product_key,
        item.source_system as erp_system,
        item.sku,
        'same code' as map_rule,
        5 as tier,
    from named_product
    inner join item on named_product.product_code_normalised = item.sku_normalised
),

final as (
    select * from stated
    union all by name
    select
        found.*,
        cast(null as decimal(18, 8)) as share,
        false as is_manual_review,
        cast('1900-01-01' as date) as valid_from,
        cast('9999-12-31' as date) as valid_to,
    from found
)

select * from final
