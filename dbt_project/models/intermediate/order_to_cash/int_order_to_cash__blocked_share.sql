-- one row per blocked order line and deal that ordered it (opportunity_id '' where none did)
with

blocked_line as (
    select * from {{ ref('int_order_to_cash__blocked_line') }}
),

slice as (
    select * from {{ ref('int_order_to_cash__deal_share') }}
),

weighted as (
    select
        blocked_line.*,
        coalesce(slice.crm_system, '') as crm_system,
        coalesce(slice.opportunity_id, '') as opportunity_id,
        {{ to_minor('blocked_line.blocked_amount', 'blocked_line.minor_unit') }} as blocked_minor,
        {{ to_minor('abs(coalesce(slice.ordered_amount, 0))', 'blocked_line.minor_unit') }}
            as weight,
        row_number() over (
            partition by
                blocked_line.erp_system, blocked_line.order_id, blocked_line.order_line_id
            order by slice.crm_system, slice.opportunity_id
        ) as place,
    from blocked_line
    left join slice
        on
            blocked_line.erp_system = slice.erp_system
            and blocked_line.order_id = slice.order_id
            and blocked_line.order_line_id = slice.order_line_id
),

shared as (
    {{ largest_remainder(
        'weighted', 'blocked_minor', 'weight', ['erp_system', 'order_id', 'order_line_id'],
        ['crm_system', 'opportunity_id'], 'share_minor') }}
),

-- what the amount holds below the minor unit stays with the first share
final as (
    select
        erp_system,
        order_id,
        order_line_id,
        crm_system,
        opportunity_id,
        currency,
        blocked_by,
        cast(
            {{ from_minor('share_minor', 'minor_unit') }}
            + case
                when place = 1
                    then blocked_amount - {{ from_minor('blocked_minor', 'minor_unit') }}
                else 0
            end as decimal(28, 4)
        ) as blocked_amount,
    from shared
)

select * from final
