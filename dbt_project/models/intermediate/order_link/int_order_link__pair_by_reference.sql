-- one row per opportunity line and order line that a steward pairs, or that names it or its bundle
with

booked as (
    select * from {{ ref('int_order_link__booked_line') }}
),

ordered as (
    select * from {{ ref('int_order_link__ordered_line') }}
),

-- a steward's split wins over what a line says
by_steward as (
    select
        booked.group_key,
        booked.crm_system,
        booked.opportunity_id,
        booked.opportunity_line_id,
        ordered.erp_system,
        ordered.order_id,
        ordered.order_line_id,
        'steward decision' as pair_rule,
    from {{ ref('int_order_link__decided_line') }} as decided
    inner join ordered
        on
            decided.erp_system = ordered.erp_system
            and decided.order_id = ordered.order_id
            and decided.order_line_id = ordered.order_line_id
    inner join booked
        on
            decided.crm_system = booked.crm_system
            and decided.opportunity_line_id = booked.opportunity_line_id
            and ordered.group_key = booked.group_key
),

undecided as (
    {{ unpaired('ordered', 'by_steward', ['erp_system', 'order_id', 'order_line_id']) }}
),

by_reference as (
    select * from by_steward
    union all
    select
        booked.group_key,
        booked.crm_system,
        booked.opportunity_id,
        booked.opportunity_line_id,
        undecided.erp_system,
        undecided.order_id,
        undecided.order_line_id,
        'line id' as pair_rule,
    from undecided
    inner join booked
        on
            undecided.group_key = booked.group_key
            and undecided.line_reference = booked.line_reference
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
