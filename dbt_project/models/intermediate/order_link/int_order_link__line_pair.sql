-- one row per opportunity line and released order line that are sold and ordered as one
with

link as (
    select * from {{ ref('int_order_link__group') }}
),

deal as (
    select crm_system, opportunity_id, min(group_key) as group_key
    from link
    group by crm_system, opportunity_id
),

ordered as (
    select erp_system, order_id, min(group_key) as group_key
    from link
    group by erp_system, order_id
),

left_line as (
    select
        deal.group_key,
        line.crm_system,
        line.opportunity_id,
        line.opportunity_line_id,
        line.product_key,
        line.quantity,
        line.amount
    from {{ ref('int_crm__opportunity_line') }} as line
    inner join deal
        on line.crm_system = deal.crm_system and line.opportunity_id = deal.opportunity_id
    where not line.is_deleted and line.line_kind in ('line', 'header_only')
),

right_line as (
    select
        ordered.group_key,
        line.erp_system,
        line.order_id,
        line.order_line_id,
        line.sku_normalised,
        {{ crm_record_key('line.crm_opportunity_line_id') }} as line_reference,
        line.bundle_parent_line_id,
        line.quantity,
        line.amount
    from {{ ref('int_erp__order_line') }} as line
    inner join ordered on line.erp_system = ordered.erp_system and line.order_id = ordered.order_id
    where line.is_released
),

product_item as (
    select crm_system, product_key, sku_normalised
    from {{ ref('int_crm__product_item') }}
    where sku_normalised is not null
    group by crm_system, product_key, sku_normalised
),

-- 1: the order line names the opportunity line
by_reference as (
    select
        left_line.group_key, left_line.crm_system, left_line.opportunity_id,
        left_line.opportunity_line_id, right_line.erp_system, right_line.order_id,
        right_line.order_line_id, 'line id' as pair_rule
    from right_line
    inner join left_line
        on
            right_line.group_key = left_line.group_key
            and right_line.line_reference = {{ crm_record_key('left_line.opportunity_line_id') }}
),

-- members of a bundle whose head is paired belong to the head's opportunity line
by_bundle as (
    select
        by_reference.group_key, by_reference.crm_system, by_reference.opportunity_id,
        by_reference.opportunity_line_id, right_line.erp_system, right_line.order_id,
        right_line.order_line_id, 'bundle member' as pair_rule
    from right_line
    inner join by_reference
        on
            right_line.erp_system = by_reference.erp_system
            and right_line.order_id = by_reference.order_id
            and right_line.bundle_parent_line_id = by_reference.order_line_id
    left join by_reference as already
        on
            right_line.erp_system = already.erp_system
            and right_line.order_id = already.order_id
            and right_line.order_line_id = already.order_line_id
    where already.order_line_id is null
),

first_pass as (
    select * from by_reference
    union all
    select * from by_bundle
),

left_after_first as (
    select left_line.*
    from left_line
    left join (
        select crm_system, opportunity_line_id from first_pass
        group by crm_system, opportunity_line_id
    ) as paired
        on
            left_line.crm_system = paired.crm_system
            and left_line.opportunity_line_id = paired.opportunity_line_id
    where paired.opportunity_line_id is null
),

right_after_first as (
    select right_line.*
    from right_line
    left join (
        select erp_system, order_id, order_line_id from first_pass
        group by erp_system, order_id, order_line_id
    ) as paired
        on
            right_line.erp_system = paired.erp_system
            and right_line.order_id = paired.order_id
            and right_line.order_line_id = paired.order_line_id
    where paired.order_line_id is null
),

-- 2: both name the same item through the product map
left_sku as (
    select
        left_after_first.*,
        product_item.sku_normalised,
        row_number() over (
            partition by left_after_first.group_key, product_item.sku_normalised
            order by left_after_first.quantity, left_after_first.amount,
                left_after_first.opportunity_line_id
        ) as place,
        count(*) over (
            partition by left_after_first.group_key, product_item.sku_normalised
        ) as line_count
    from left_after_first
    inner join product_item
        on
            left_after_first.crm_system = product_item.crm_system
            and left_after_first.product_key = product_item.product_key
),

right_sku as (
    select
        right_after_first.*,
        row_number() over (
            partition by right_after_first.group_key, right_after_first.sku_normalised
            order by right_after_first.quantity, right_after_first.amount,
                right_after_first.order_id, right_after_first.order_line_id
        ) as place,
        count(*) over (
            partition by right_after_first.group_key, right_after_first.sku_normalised
        ) as line_count
    from right_after_first
),

by_item as (
    select
        left_sku.group_key, left_sku.crm_system, left_sku.opportunity_id,
        left_sku.opportunity_line_id, right_sku.erp_system, right_sku.order_id,
        right_sku.order_line_id, 'item' as pair_rule
    from right_sku
    inner join left_sku
        on
            right_sku.group_key = left_sku.group_key
            and right_sku.sku_normalised = left_sku.sku_normalised
            and (
                right_sku.line_count <> left_sku.line_count or right_sku.place = left_sku.place
            )
),

second_pass as (
    select * from first_pass
    union all
    select * from by_item
),

-- 3: what is left on both sides of a group
left_rest as (
    select
        left_line.*,
        row_number() over (
            partition by left_line.group_key
            order by left_line.amount, left_line.opportunity_line_id
        ) as place,
        count(*) over (partition by left_line.group_key) as line_count
    from left_line
    left join (
        select crm_system, opportunity_line_id from second_pass
        group by crm_system, opportunity_line_id
    ) as paired
        on
            left_line.crm_system = paired.crm_system
            and left_line.opportunity_line_id = paired.opportunity_line_id
    where paired.opportunity_line_id is null
),

right_rest as (
    select
        right_line.*,
        row_number() over (
            partition by right_line.group_key
            order by right_line.amount, right_line.order_id, right_line.order_line_id
        ) as place,
        count(*) over (partition by right_line.group_key) as line_count
    from right_line
    left join (
        select erp_system, order_id, order_line_id from second_pass
        group by erp_system, order_id, order_line_id
    ) as paired
        on
            right_line.erp_system = paired.erp_system
            and right_line.order_id = paired.order_id
            and right_line.order_line_id = paired.order_line_id
    where paired.order_line_id is null
),

by_rest as (
    select
        left_rest.group_key, left_rest.crm_system, left_rest.opportunity_id,
        left_rest.opportunity_line_id, right_rest.erp_system, right_rest.order_id,
        right_rest.order_line_id, 'rest of the deal' as pair_rule
    from right_rest
    inner join left_rest
        on
            right_rest.group_key = left_rest.group_key
            and (
                right_rest.line_count <> left_rest.line_count or right_rest.place = left_rest.place
            )
),

final as (
    select * from second_pass
    union all
    select * from by_rest
)

select * from final
