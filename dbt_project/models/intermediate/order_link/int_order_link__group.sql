-- one row per erp_system, order_id, crm_system and opportunity_id, with the group of deals and
-- orders that hang together through links
with

link as (
    select * from {{ ref('int_order_link__order_opportunity') }}
),

record as (
    select
        crm_system || ':' || opportunity_id as record_key,
        '' as created_at,
    from link
    group by crm_system, opportunity_id
),

token as (
    select
        crm_system || ':' || opportunity_id as record_key,
        erp_system || ':' || order_id as token,
    from link
),

{{ component_rounds('record', 'token', 'record_key', 'created_at', 3) }},

final as (
    select
        link.*,
        component.component_key as group_key,
    from link
    left join component on link.crm_system || ':' || link.opportunity_id = component.record_key
)

select * from final
