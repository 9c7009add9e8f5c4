-- one row per erp_system, order_id, crm_system and opportunity_id, with the group of deals and
-- orders that hang together through links
with

link as (
    select
        *,
        crm_system || ':' || opportunity_id as deal_key,
        -- behind every deal in the alphabet, so that a group is named after its first deal
        '~' || erp_system || ':' || order_id as order_key,
    from {{ ref('int_order_link__order_opportunity') }}
),

both_ways as (
    select
        deal_key as record_key,
        order_key as other_record_key,
    from link
    union all
    select
        order_key as record_key,
        deal_key as other_record_key,
    from link
),

{{ joined('component', 'both_ways', 'record_key', 'other_record_key') }},

final as (
    select
        link.* exclude (deal_key, order_key),
        component.root as group_key,
    from link
    inner join component on link.deal_key = component.record_key
)

select * from final
