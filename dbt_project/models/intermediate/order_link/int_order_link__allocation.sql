-- one row per paired opportunity line and order line: the slice of both amounts that they share
with

pair as (
    select * from {{ ref('int_order_link__line_pair') }}
),

link as (
    select * from {{ ref('int_order_link__order_opportunity') }}
),

sized as (
    select
        pair.*,
        booked.currency as booked_currency,
        booked.minor_unit as booked_minor_unit,
        booked.amount as booked_line_amount,
        booked.quantity as booked_line_quantity,
        ordered.currency as ordered_currency,
        ordered.minor_unit as ordered_minor_unit,
        ordered.amount as ordered_line_amount,
        ordered.quantity as ordered_line_quantity,
        {{ to_minor('booked.amount', 'booked.minor_unit') }} as booked_minor,
        {{ to_minor('ordered.amount', 'ordered.minor_unit') }} as ordered_minor,
        count(*) over (partition by pair.crm_system, pair.opportunity_line_id) as slices_of_booked,
        count(*) over (
            partition by pair.erp_system, pair.order_id, pair.order_line_id
        ) as slices_of_ordered,
    from pair
    inner join {{ ref('int_crm__opportunity_line') }} as booked
        on
            pair.crm_system = booked.crm_system
            and pair.opportunity_line_id = booked.opportunity_line_id
    inner join {{ ref('int_erp__order_line') }} as ordered
        on
            pair.erp_system = ordered.erp_system
            and pair.order_id = ordered.order_id
            and pair.order_line_id = ordered.order_line_id
),

shared as (
    select * from sized
    where slices_of_booked > 1 or slices_of_ordered > 1
),

booked_split as (
    {{ largest_remainder(
        'shared', 'booked_minor', 'abs(ordered_minor)', ['crm_system', 'opportunity_line_id'],
        ['erp_system', 'order_id', 'order_line_id'], 'booked_slice_minor'
    ) }}
),

both_split as (
    {{ largest_remainder(
        'booked_split', 'ordered_minor', 'abs(booked_minor)',
        ['erp_system', 'order_id', 'order_line_id'], ['crm_system', 'opportunity_line_id'],
        'ordered_slice_minor'
    ) }}
),

slice as (
    select * from both_split
    union all by name
    select
        sized.*,
        sized.booked_minor as booked_slice_minor,
        sized.ordered_minor as ordered_slice_minor,
    from sized
    where sized.slices_of_booked = 1 and sized.slices_of_ordered = 1
),

-- what a line has below its minor unit goes with its first slice, so that slices add up to the line
numbered as (
    select
        slice.*,
        row_number() over (
            partition by slice.crm_system, slice.opportunity_line_id
            order by slice.erp_system, slice.order_id, slice.order_line_id
        ) as booked_place,
        row_number() over (
            partition by slice.erp_system, slice.order_id, slice.order_line_id
            order by slice.crm_system, slice.opportunity_line_id
        ) as ordered_place,
    from slice
),

final as (
    select
        {{ surrogate_key([
            'numbered.crm_system', 'numbered.opportunity_line_id', 'numbered.erp_system',
            'numbered.order_id', 'numbered.order_line_id',
        ]) }} as allocation_key,
        numbered.group_key,
        numbered.crm_system,
        numbered.opportunity_id,
        numbered.opportunity_line_id,
        numbered.erp_system,
        numbered.order_id,
        numbered.order_line_id,
        numbered.booked_currency as currency,
        numbered.booked_minor_unit as minor_unit,
        numbered.ordered_currency,
        numbered.ordered_minor_unit,
        cast(
            {{ from_minor('numbered.booked_slice_minor', 'numbered.booked_minor_unit') }}
            + case
                when numbered.booked_place = 1
                    then
                        numbered.booked_line_amount
                        - {{ from_minor('numbered.booked_minor', 'numbered.booked_minor_unit') }}
                else 0
            end as decimal(28, 4)
        ) as booked_amount,
        cast(
            {{ from_minor('numbered.ordered_slice_minor', 'numbered.ordered_minor_unit') }}
            + case
                when numbered.ordered_place = 1
                    then
                        numbered.ordered_line_amount
                        - {{ from_minor('numbered.ordered_minor', 'numbered.ordered_minor_unit') }}
                else 0
            end as decimal(28, 4)
        ) as ordered_amount,
        numbered.booked_line_quantity,
        numbered.ordered_line_quantity,
        numbered.slices_of_booked,
        numbered.slices_of_ordered,
        coalesce(link.link_rule, 'linked through the group') as link_rule,
        numbered.pair_rule,
        coalesce(link.evidence_grade, 'B') as evidence_grade,
    from numbered
    left join link
        on
            numbered.erp_system = link.erp_system
            and numbered.order_id = link.order_id
            and numbered.crm_system = link.crm_system
            and numbered.opportunity_id = link.opportunity_id
)

select * from final
