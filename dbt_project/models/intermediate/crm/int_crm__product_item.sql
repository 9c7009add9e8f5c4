-- one row per crm_system, product_key, erp_system and item of the product (a bundle has several)
with

line as (
    {{ union_systems(var('crm_systems'), 'opportunity_line') }}
),

product as (
    {{ union_systems(var('crm_systems'), 'product') }}
),

item as (
    {{ union_systems(var('erp_systems'), 'item') }}
),

mapping as (
    select * from {{ source('definitions', 'product_map') }}
    where valid_from <= cast({{ as_of() }} as date) and valid_to > cast({{ as_of() }} as date)
),

named_product as (
    select
        product.source_system as crm_system,
        product.product_id as product_key,
        product.product_id,
        product.product_code,
        product.product_name,
        product.product_code_normalised,
        product.stock_keeping_unit_normalised,
    from product
    union all
    select
        line.source_system as crm_system,
        {{ product_key('line') }} as product_key,
        line.product_id,
        max(line.product_code) as product_code,
        max(line.line_name) as product_name,
        max({{ normalise_sku('line.product_code') }}) as product_code_normalised,
        cast(null as {{ dbt.type_string() }}) as stock_keeping_unit_normalised,
    from line
    left join product
        on line.source_system = product.source_system and line.product_id = product.product_id
    where
        product.product_id is null
        and (line.product_id is not null or line.product_code is not null)
    group by line.source_system, {{ product_key('line') }}, line.product_id
),

candidate as (
    select
        named_product.crm_system,
        named_product.product_key,
        mapping.erp_system,
        mapping.sku,
        mapping.share,
        coalesce(mapping.manual_review, false) as is_manual_review,
        case when mapping.manual_review then 'manual review' else 'product map' end as map_rule,
        1 as tier,
    from named_product
    inner join mapping
        on
            named_product.crm_system = mapping.crm_system
            and (
                named_product.product_code_normalised = {{ normalise_sku('mapping.product_code') }}
                or lower(named_product.product_name) = lower(mapping.product_code)
            )
    union all
    select
        named_product.crm_system,
        named_product.product_key,
        item.source_system as erp_system,
        item.sku,
        cast(1 as decimal(28, 12)) as share,
        false as is_manual_review,
        'product id on item' as map_rule,
        2 as tier,
    from named_product
    inner join item on named_product.product_id = item.crm_product_id
    union all
    select
        named_product.crm_system,
        named_product.product_key,
        item.source_system as erp_system,
        item.sku,
        cast(1 as decimal(28, 12)) as share,
        false as is_manual_review,
        'same code' as map_rule,
        3 as tier,
    from named_product
    inner join item
        on item.sku_normalised in (
            named_product.stock_keeping_unit_normalised, named_product.product_code_normalised
        )
),

best as (
    select
        candidate.*,
        rank() over (
            partition by candidate.crm_system, candidate.product_key order by candidate.tier
        ) as tier_rank,
    from candidate
),

final as (
    select
        named_product.crm_system,
        named_product.product_key,
        named_product.product_id,
        named_product.product_code,
        named_product.product_name,
        best.erp_system,
        best.sku,
        {{ normalise_sku('best.sku') }} as sku_normalised,
        item.item_id,
        best.share,
        coalesce(best.is_manual_review, false) as is_manual_review,
        coalesce(best.map_rule, 'not mapped') as map_rule,
    from named_product
    left join best
        on
            named_product.crm_system = best.crm_system
            and named_product.product_key = best.product_key
            and best.tier_rank = 1
    left join item
        on
            best.erp_system = item.source_system
            and {{ normalise_sku('best.sku') }} = item.sku_normalised
)

select * from final
