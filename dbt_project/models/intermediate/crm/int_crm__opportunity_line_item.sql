-- one row per line of a deal, erp_system and item that it stood for on the deal's close date
with

line as (
    select * from {{ ref('int_crm__opportunity_line') }}
    where line_kind = 'line'
),

product_item as (
    select * from {{ ref('int_crm__product_item') }}
),

mapped as (
    select
        line.crm_system,
        line.opportunity_id,
        line.opportunity_line_id,
        line.product_key,
        line.currency,
        line.minor_unit,
        line.amount as line_amount,
        {{ to_minor('line.amount', 'line.minor_unit') }} as line_minor,
        product_item.erp_system,
        product_item.sku,
        product_item.sku_normalised,
        product_item.item_id,
        product_item.share,
        cast(
            cast(coalesce(product_item.share, 1) as decimal(28, 8)) * 100000000 as decimal(28, 0)
        ) as weight,
        coalesce(product_item.is_manual_review, false) as is_manual_review,
        coalesce(product_item.map_rule, 'no product') as map_rule,
        coalesce(product_item.erp_system, '') as fulfilled_by,
        row_number() over (
            partition by line.crm_system, line.opportunity_line_id, product_item.erp_system
            order by product_item.sku_normalised
        ) as place,
        count(*) over (
            partition by line.crm_system, line.opportunity_line_id, product_item.erp_system
        ) as item_count,
    from line
    left join product_item
        on
            line.crm_system = product_item.crm_system
            and line.product_key = product_item.product_key
            and {{ holds_on('product_item', 'line.close_date') }}
),

bundle as (
    select * from mapped
    where item_count > 1
),

exploded as (
    {{ largest_remainder(
        'bundle', 'line_minor', 'weight', ['crm_system', 'opportunity_line_id', 'fulfilled_by'],
        ['sku_normalised'], 'item_minor'
    ) }}
),

final as (
    select
        crm_system,
        opportunity_id,
        opportunity_line_id,
        product_key,
        erp_system,
        sku,
        sku_normalised,
        item_id,
        share,
        currency,
        minor_unit,
        line_amount as amount,
        is_manual_review,
        map_rule,
    from mapped
    where item_count = 1
    union all
    select
        crm_system,
        opportunity_id,
        opportunity_line_id,
        product_key,
        erp_system,
        sku,
        sku_normalised,
        item_id,
        share,
        currency,
        minor_unit,
        -- what the line has below its minor unit goes with its first item
        {{ amount_of_share(
            'item_minor', 'line_amount', 'line_minor', 'place = 1', 'minor_unit'
        ) }} as amount,
        is_manual_review,
        map_rule,
    from exploded
)

select * from final
