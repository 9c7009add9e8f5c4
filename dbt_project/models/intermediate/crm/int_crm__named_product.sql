-- one row per crm_system and product_key: products, and codes on lines that name no landed product
with

line as (
    {{ union_systems(var('crm_systems'), 'opportunity_line') }}
),

product as (
    {{ union_systems(var('crm_systems'), 'product') }}
),

final as (
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
    where product.product_id is null and {{ product_key('line') }} is not null
    group by line.source_system, {{ product_key('line') }}, line.product_id
)

select * from final
