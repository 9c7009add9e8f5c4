-- one row per order and deal of which one is a part of the other, all parts being the whole
{%- set order_key = ['erp_system', 'order_id'] %}
{%- set deal_key = ['erp_system', 'crm_system', 'opportunity_id'] %}
with

tied as (
    select * from {{ ref('int_order_link__tied_pair') }}
),

pair as (
    select free_pair.*
    from {{ ref('int_order_link__compared_pair') }} as free_pair
    left join tied as tied_order
        on
            free_pair.erp_system = tied_order.erp_system
            and free_pair.order_id = tied_order.order_id
    left join tied as tied_deal
        on
            free_pair.crm_system = tied_deal.crm_system
            and free_pair.opportunity_id = tied_deal.opportunity_id
    where
        tied_order.order_id is null
        and tied_deal.opportunity_id is null
        and free_pair.is_live
        and free_pair.deal_items is not null
        and not free_pair.names_unknown_deal
        and free_pair.is_same_customer
        and not free_pair.is_other_number
),

order_item as (
    select * from {{ ref('int_order_link__order_item') }}
),

deal_item as (
    select * from {{ ref('int_order_link__deal_item') }}
),

{{ wholes_of_parts(
    'deal', deal_key, 'order', order_key, 'several orders of one deal'
) }},

{{ wholes_of_parts(
    'order', order_key, 'deal', deal_key, 'several deals in one order'
) }},

final as (
    select * from whole_deal
    union all
    -- an order that is a part of a deal is not made of deals as well
    select whole_order.*
    from whole_order
    left join part_of_deal
        on
            whole_order.crm_system = part_of_deal.crm_system
            and whole_order.opportunity_id = part_of_deal.opportunity_id
    where part_of_deal.opportunity_id is null
)

select * from final
