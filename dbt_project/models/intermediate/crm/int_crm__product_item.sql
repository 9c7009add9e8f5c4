-- one row per crm_system, product_key, erp_system, item (a bundle has several) and span of days
with

candidate as (
    select
        crm_system,
        product_key,
        erp_system,
        sku,
        {{ normalise_sku('sku') }} as sku_normalised,
        share,
        is_manual_review,
        map_rule,
        tier,
        valid_from,
        valid_to,
    from {{ ref('int_crm__product_item_candidate') }}
),

named_product as (
    select * from {{ ref('int_crm__named_product') }}
),

-- of items of one sku the one that is in use, else the first
item as (
    select
        source_system as erp_system,
        sku_normalised,
        coalesce(
            min(case when not coalesce(is_inactive, false) then item_id end), min(item_id)
        ) as item_id,
    from ({{ union_systems(var('erp_systems'), 'item') }}) as landed
    where sku_normalised is not null
    group by source_system, sku_normalised
),

boundary as (
    select
        crm_system,
        product_key,
        cast('1900-01-01' as date) as valid_from,
    from named_product
    union
    select
        crm_system,
        product_key,
        valid_from,
    from candidate
    union
    select
        crm_system,
        product_key,
        valid_to as valid_from,
    from candidate
),

span as (
    select
        boundary.*,
        lead(boundary.valid_from, 1, cast('9999-12-31' as date)) over (
            partition by boundary.crm_system, boundary.product_key order by boundary.valid_from
        ) as valid_to,
    from boundary
    where boundary.valid_from < cast('9999-12-31' as date)
),

held as (
    select
        span.valid_from,
        span.valid_to,
        candidate.* exclude (valid_from, valid_to),
        rank() over (
            partition by
                span.crm_system, span.product_key, span.valid_from, candidate.erp_system
            order by candidate.tier
        ) as tier_rank,
        row_number() over (
            partition by
                span.crm_system, span.product_key, span.valid_from, candidate.erp_system,
                candidate.tier, candidate.sku_normalised
            order by candidate.sku
        ) as sku_rank,
    from span
    inner join candidate
        on
            span.crm_system = candidate.crm_system
            and span.product_key = candidate.product_key
            and span.valid_from >= candidate.valid_from
            and span.valid_to <= candidate.valid_to
),

-- several items without stated shares: which of them was sold is for a person to say
best as (
    select
        held.* exclude (tier_rank, sku_rank),
        held.share is null and count(*) over (
            partition by held.crm_system, held.product_key, held.valid_from, held.erp_system
        ) > 1 as is_one_of_several,
    from held
    where held.tier_rank = 1 and held.sku_rank = 1
),

final as (
    select
        span.crm_system,
        span.product_key,
        named_product.product_id,
        named_product.product_code,
        named_product.product_name,
        best.erp_system,
        best.sku,
        best.sku_normalised,
        item.item_id,
        case
            when best.is_one_of_several then null
            when best.sku is not null then coalesce(best.share, cast(1 as decimal(18, 8)))
        end as share,
        coalesce(best.is_manual_review or best.is_one_of_several, false) as is_manual_review,
        case
            when best.is_one_of_several then 'several items'
            else coalesce(best.map_rule, 'not mapped')
        end as map_rule,
        span.valid_from,
        span.valid_to,
    from span
    inner join named_product
        on
            span.crm_system = named_product.crm_system
            and span.product_key = named_product.product_key
    left join best
        on
            span.crm_system = best.crm_system
            and span.product_key = best.product_key
            and span.valid_from = best.valid_from
    left join item
        on best.erp_system = item.erp_system and best.sku_normalised = item.sku_normalised
)

select * from final
