-- one row per opportunity line of a deal that a reference links to an order
with

deal as (
    select
        crm_system,
        opportunity_id,
        min(group_key) as group_key,
    from {{ ref('int_order_link__group') }}
    group by crm_system, opportunity_id
),

final as (
    select
        deal.group_key,
        line.crm_system,
        line.opportunity_id,
        line.opportunity_line_id,
        {{ crm_record_key('line.opportunity_line_id') }} as line_reference,
        line.product_key,
        line.quantity,
        line.amount,
    from {{ ref('int_crm__opportunity_line') }} as line
    inner join deal
        on line.crm_system = deal.crm_system and line.opportunity_id = deal.opportunity_id
    where not line.is_deleted and line.line_kind in ('line', 'header_only')
)

select * from final
