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

-- what each line stood for on its deal's close date
line_item as (
    select
        item.*,
        line.amount as line_amount,
    from {{ ref('int_crm__opportunity_line_item') }} as item
    inner join line
        on
            item.crm_system = line.crm_system
            and item.opportunity_line_id = line.opportunity_line_id
),

product as (
    select * from {{ ref('int_crm__named_product') }}
),

unmapped as (
    select
        crm_system,
        product_key,
        currency,
        sum(amount) as amount,
        count(distinct opportunity_line_id) as line_count,
        max(reason) as reason,
    from {{ ref('int_exception__missing_item') }}
    group by crm_system, product_key, currency
),

in_review as (
    select
        crm_system,
        opportunity_id,
        opportunity_line_id,
        product_key,
        currency,
        max(map_rule) as map_rule,
        max(line_amount) as amount,
    from line_item
    where is_manual_review
    group by crm_system, opportunity_id, opportunity_line_id, product_key, currency
),

mapped_sku as (
    select
        crm_system,
        opportunity_line_id,
        sku_normalised,
    from line_item
    where item_id is not null
    group by crm_system, opportunity_line_id, sku_normalised
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
            and line.opportunity_line_id = mapped_sku.opportunity_line_id
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
        unmapped.crm_system as system,
        'product' as object,
        coalesce(unmapped.product_key, 'no product') as source_key,
        cast(unmapped.amount as decimal(28, 4)) as amount,
        unmapped.currency,
        cast(null as {{ dbt.type_string() }}) as owner_id,
        case
            when unmapped.product_key is null then 'Lines that name no product'
            else
                'No ERP item for ' || coalesce(product.product_code, '') || ' "'
                || coalesce(product.product_name, '') || '"'
        end || ', sold on ' || cast(unmapped.line_count as {{ dbt.type_string() }}) || ' won lines'
        || coalesce(': ' || nullif(unmapped.reason, ''), '') as detail,
    from unmapped
    left join product
        on
            unmapped.crm_system = product.crm_system
            and unmapped.product_key = product.product_key
    union all
    select
        'manual_review_product' as exception_type,
        in_review.crm_system as system,
        'opportunity_line' as object,
        in_review.opportunity_line_id as source_key,
        in_review.amount,
        in_review.currency,
        opportunity.owner_id,
        case
            when in_review.map_rule = 'several items' then 'Several items name "'
            else 'The items of "'
        end || coalesce(product.product_name, product.product_code, '')
        || case
            when in_review.map_rule = 'several items' then '": state its shares, or one item'
            else '" are decided deal by deal'
        end || ': deal ' || in_review.opportunity_id as detail,
    from in_review
    left join product
        on
            in_review.crm_system = product.crm_system
            and in_review.product_key = product.product_key
    left join opportunity
        on
            in_review.crm_system = opportunity.crm_system
            and in_review.opportunity_id = opportunity.opportunity_id
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
