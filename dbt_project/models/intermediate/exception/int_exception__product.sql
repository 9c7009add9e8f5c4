-- one row per exception about a product or about the item of a deal's line
with

line as (
    select * from {{ ref('int_crm__opportunity_line') }}
    where is_won and not is_deleted and line_kind = 'line'
),

opportunity as (
    select
        crm_system,
        opportunity_id,
        owner_id,
    from {{ ref('int_crm__opportunity') }}
),

product as (
    select
        crm_system,
        product_key,
        max(product_code) as product_code,
        max(product_name) as product_name,
        count(item_id) as item_count,
        max(case when is_manual_review then 1 else 0 end) as needs_review,
    from {{ ref('int_crm__product_item') }}
    group by crm_system, product_key
),

sold as (
    select
        crm_system,
        product_key,
        currency,
        sum(amount) as amount,
        count(*) as line_count,
    from line
    group by crm_system, product_key, currency
),

mapped_sku as (
    select
        crm_system,
        product_key,
        sku_normalised,
    from {{ ref('int_crm__product_item') }}
    where item_id is not null
    group by crm_system, product_key, sku_normalised
),

slice as (
    select
        allocation.crm_system,
        allocation.opportunity_id,
        allocation.opportunity_line_id,
        line.currency,
        sum(allocation.booked_amount) as amount,
        {{ string_list('order_line.sku', 'order_line.sku') }} as ordered_skus,
        max(line.item_skus) as sold_skus,
    from {{ ref('int_order_link__allocation') }} as allocation
    inner join line
        on
            allocation.crm_system = line.crm_system
            and allocation.opportunity_line_id = line.opportunity_line_id
    inner join {{ ref('int_erp__order_line') }} as order_line
        on
            allocation.erp_system = order_line.erp_system
            and allocation.order_id = order_line.order_id
            and allocation.order_line_id = order_line.order_line_id
    left join mapped_sku
        on
            line.crm_system = mapped_sku.crm_system
            and line.product_key = mapped_sku.product_key
            and order_line.sku_normalised = mapped_sku.sku_normalised
    where line.item_skus is not null and mapped_sku.sku_normalised is null
    group by
        allocation.crm_system,
        allocation.opportunity_id,
        allocation.opportunity_line_id,
        line.currency
),

final as (
    select
        'unmapped_product' as exception_type,
        product.crm_system as system,
        'product' as object,
        product.product_key as source_key,
        cast(sold.amount as decimal(28, 4)) as amount,
        sold.currency,
        cast(null as {{ dbt.type_string() }}) as owner_id,
        'No ERP item for ' || coalesce(product.product_code, '') || ' "'
        || coalesce(product.product_name, '') || '", sold on '
        || cast(coalesce(sold.line_count, 0) as {{ dbt.type_string() }}) || ' won lines' as detail,
    from product
    left join sold
        on product.crm_system = sold.crm_system and product.product_key = sold.product_key
    where product.item_count = 0 and product.needs_review = 0 and sold.line_count > 0
    union all
    select
        'manual_review_product' as exception_type,
        line.crm_system as system,
        'opportunity_line' as object,
        line.opportunity_line_id as source_key,
        line.amount,
        line.currency,
        opportunity.owner_id,
        'The items of "' || coalesce(product.product_name, product.product_code, '')
        || '" are decided deal by deal: deal ' || line.opportunity_id as detail,
    from line
    inner join product
        on line.crm_system = product.crm_system and line.product_key = product.product_key
    left join opportunity
        on
            line.crm_system = opportunity.crm_system
            and line.opportunity_id = opportunity.opportunity_id
    where product.needs_review = 1
    union all
    select
        'sku_differs' as exception_type,
        slice.crm_system as system,
        'opportunity_line' as object,
        slice.opportunity_line_id as source_key,
        cast(slice.amount as decimal(28, 4)) as amount,
        slice.currency,
        opportunity.owner_id,
        'Sold ' || slice.sold_skus || ', ordered '
        || coalesce(slice.ordered_skus, 'without an item') as detail,
    from slice
    left join opportunity
        on
            slice.crm_system = opportunity.crm_system
            and slice.opportunity_id = opportunity.opportunity_id
)

select * from final
