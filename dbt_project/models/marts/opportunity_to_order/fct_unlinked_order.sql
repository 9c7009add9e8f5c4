-- one row per order line that no opportunity line is allocated to, under the primary definition set
with

order_line as (
    select * from {{ ref('int_erp__order_line') }}
    where is_released
),

allocated as (
    select
        erp_system,
        order_id,
        order_line_id,
    from {{ ref('int_order_link__allocation') }}
    group by erp_system, order_id, order_line_id
),

linked_order as (
    select
        erp_system,
        order_id,
        min(opportunity_id) as opportunity_id,
    from {{ ref('int_order_link__order_opportunity') }}
    group by erp_system, order_id
),

channel as (
    select channel.*
    from {{ ref('int_bridge__order_channel') }} as channel
    inner join {{ source('definitions', 'definition_set') }} as definition_set
        on channel.definition_id = definition_set.definition_id
    where definition_set.is_primary
),

order_line_flow as (
    select * from {{ ref('int_booking__order_line_flow') }}
),

todo as (
    select * from {{ ref('next_action') }}
    where subject = 'order' and reason = '*'
),

membership as (
    select * from {{ ref('int_customer__membership') }}
    where record_type = 'erp_customer'
),

named as (
    select
        order_line.erp_system,
        order_line.order_id,
        order_line.order_line_id,
        order_line.order_number,
        order_line.order_date,
        order_line.period,
        order_line.order_status,
        case
            when linked_order.order_id is not null then 'change_order'
            else coalesce(channel.channel, 'unknown')
        end as channel,
        linked_order.opportunity_id as linked_opportunity_id,
        order_line.erp_customer_id,
        membership.customer_key,
        order_line.entity,
        order_line.currency,
        order_line.minor_unit,
        order_line.sku,
        order_line.quantity,
        order_line.amount,
        cast(order_line_flow.billed_amount as decimal(28, 4)) as billed_amount,
        cast(order_line_flow.recognised_amount as decimal(28, 4)) as recognised_amount,
    from order_line
    left join order_line_flow
        on
            order_line.erp_system = order_line_flow.erp_system
            and order_line.order_id = order_line_flow.order_id
            and order_line.order_line_id = order_line_flow.order_line_id
    left join allocated
        on
            order_line.erp_system = allocated.erp_system
            and order_line.order_id = allocated.order_id
            and order_line.order_line_id = allocated.order_line_id
    left join linked_order
        on
            order_line.erp_system = linked_order.erp_system
            and order_line.order_id = linked_order.order_id
    left join channel
        on
            order_line.erp_system = channel.erp_system
            and order_line.order_id = channel.order_id
            and order_line.order_line_id = channel.order_line_id
    left join membership
        on
            order_line.erp_system = membership.source_system
            and order_line.erp_customer_id = membership.record_id
            and {{ holds_on('membership', 'order_line.order_date') }}
    where allocated.order_line_id is null
),

final as (
    select
        named.*,
        coalesce(todo.next_action, unknown.next_action) as next_action,
    from named
    left join todo on named.channel = todo.code
    left join todo as unknown on unknown.code = 'unknown'
)

select * from final
