-- one row per won, not deleted opportunity: what every definition set needs to know about it
with opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
    where is_won and not is_deleted
),

-- A deal without an amount is worth what its lines add up to.
line_total as (
    select
        crm_system,
        opportunity_id,
        {{ money('sum(amount)') }} as amount,
    from {{ ref('int_crm__opportunity_line') }}
    where not is_deleted
    group by crm_system, opportunity_id
),

opportunity_entity as (select * from {{ ref('int_crm__opportunity_entity') }}),

account as (select * from {{ ref('int_customer__account_span') }}),

sales_user as (
    {{ union_systems(var('crm_systems'), 'user') }}
),

orders as (
    select
        erp_system,
        order_id,
        bool_or(is_released) as is_released,
        bool_or(is_cancelled or is_voided) as is_cancelled,
        min(order_date) as order_date,
    from {{ ref('int_erp__order_line') }}
    group by erp_system, order_id
),

linked_order as (
    select
        link.crm_system,
        link.opportunity_id,
        bool_or(orders.is_cancelled and not orders.is_released) as has_cancelled_order,
        bool_or(not orders.is_cancelled and not orders.is_released) as has_pending_order,
        min(case when orders.is_released then orders.order_date end) as first_order_date,
    from {{ ref('int_order_link__order_opportunity') }} as link
    inner join orders
        on link.erp_system = orders.erp_system and link.order_id = orders.order_id
    group by link.crm_system, link.opportunity_id
),

allocated as (
    select crm_system, opportunity_id
    from {{ ref('int_order_link__allocation') }}
    group by crm_system, opportunity_id
),

final as (
    select
        opportunity.* exclude (amount),
        coalesce(opportunity.amount, line_total.amount, 0) as amount,
        account.account_name,
        sales_user.user_name as owner_name,
        account.customer_key,
        linked_order.first_order_date,
        coalesce(opportunity_entity.entity, 'unassigned') as entity,
        coalesce(account.is_mapped, false) as is_account_mapped,
        allocated.opportunity_id is not null as is_ordered,
        coalesce(linked_order.has_cancelled_order, false) as has_cancelled_order,
        coalesce(linked_order.has_pending_order, false) as has_pending_order,
    from opportunity
    left join line_total
        on
            opportunity.crm_system = line_total.crm_system
            and opportunity.opportunity_id = line_total.opportunity_id
    left join opportunity_entity
        on
            opportunity.crm_system = opportunity_entity.crm_system
            and opportunity.opportunity_id = opportunity_entity.opportunity_id
    left join account
        on
            opportunity.crm_system = account.crm_system
            and opportunity.account_id = account.account_id
            and {{ holds_on('account', 'opportunity.close_date') }}
    left join sales_user
        on
            opportunity.crm_system = sales_user.source_system
            and opportunity.owner_id = sales_user.user_id
    left join linked_order
        on
            opportunity.crm_system = linked_order.crm_system
            and opportunity.opportunity_id = linked_order.opportunity_id
    left join allocated
        on
            opportunity.crm_system = allocated.crm_system
            and opportunity.opportunity_id = allocated.opportunity_id
)

select * from final
