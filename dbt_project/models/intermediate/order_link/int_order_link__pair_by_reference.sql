-- one row per opportunity line and order line that names it, itself or through its bundle's head
with

booked as (
    select * from {{ ref('int_order_link__booked_line') }}
),

ordered as (
    select * from {{ ref('int_order_link__ordered_line') }}
),

by_reference as (
    select
        booked.group_key,
        booked.crm_system,
        booked.opportunity_id,
        booked.opportunity_line_id,
        ordered.erp_system,
        ordered.order_id,
        ordered.order_line_id,
        'line id' as pair_rule,
    from ordered
    inner join booked
        on
            ordered.group_key = booked.group_key
            and ordered.line_reference = booked.line_reference
),

unnamed as (
    {{ unpaired('ordered', 'by_reference', ['erp_system', 'order_id', 'order_line_id']) }}
),

by_bundle as (
    select
        by_reference.group_key,
        by_reference.crm_system,
        by_reference.opportunity_id,
        by_reference.opportunity_line_id,
        unnamed.erp_system,
        unnamed.order_id,
        unnamed.order_line_id,
        'bundle member' as pair_rule,
    from unnamed
    inner join by_reference
        on
            unnamed.erp_system = by_reference.erp_system
            and unnamed.order_id = by_reference.order_id
            and unnamed.bundle_parent_line_id = by_reference.order_line_id
),

final as (
    select * from by_reference
    union all
    select * from by_bundle
)

select * from final
