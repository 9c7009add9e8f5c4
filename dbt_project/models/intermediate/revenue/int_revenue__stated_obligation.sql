-- one row per performance obligation as the ERP states it, before any allocation: a revenue element
with revenue_element as (
    {{ union_systems(var('erp_systems'), 'revenue_element') }}
),

revenue_plan as (
    {{ union_systems(var('erp_systems'), 'revenue_plan') }}
),

item as (
    {{ union_systems(var('erp_systems'), 'item') }}
),

entity as (select * from {{ ref('int_reference__entity') }}),

currency as (select * from {{ ref('int_reference__currency') }}),

document as (select * from {{ ref('int_erp__document') }}),

order_line as (select * from {{ ref('int_erp__order_line') }}),

billing_line as (select * from {{ ref('int_erp__billing_line') }}),

-- service dates of the plan stand in where the element states none
plan_dates as (
    select
        source_system,
        revenue_element_id,
        min(start_date) as start_date,
        max(end_date) as end_date
    from revenue_plan
    group by source_system, revenue_element_id
),

element as (
    select
        revenue_element.source_system as erp_system,
        revenue_element.revenue_element_id as obligation_id,
        'element' as obligation_source,
        revenue_element.revenue_element_id as element_id,
        coalesce(
            revenue_element.arrangement_id,
            revenue_element.source_document_id,
            'element ' || revenue_element.revenue_element_id
        ) as contract_id,
        revenue_element.source_document_line_id as contract_line_id,
        coalesce(entity.entity, 'unassigned') as entity,
        coalesce(revenue_element.currency, 'XXX') as currency,  -- ISO 4217: no currency
        coalesce(currency.minor_unit, 2) as minor_unit,
        revenue_element.erp_customer_id,
        revenue_element.item_id,
        item.sku,
        item.item_class,
        item.item_type,
        item.revenue_category,
        coalesce(order_line.order_id, billing_line.order_id) as order_id,
        coalesce(order_line.order_line_id, billing_line.order_line_id) as order_line_id,
        coalesce(revenue_element.quantity, order_line.quantity, billing_line.quantity) as quantity,
        coalesce(revenue_element.amount, revenue_element.allocated_amount) as sales_amount,
        coalesce(revenue_element.allocated_amount, revenue_element.amount) as erp_allocated_amount,
        revenue_element.returned_element_id is not null as is_return,
        arrangement.document_date as arrangement_date,
        coalesce(
            revenue_element.element_date,
            source_document.document_date,
            revenue_element.start_date,
            plan_dates.start_date
        ) as added_on,
        lower(revenue_element.recognition_rule) as recognition_rule,
        coalesce(revenue_element.start_date, plan_dates.start_date) as start_date,
        coalesce(revenue_element.end_date, plan_dates.end_date) as end_date
    from revenue_element
    left join plan_dates
        on
            revenue_element.source_system = plan_dates.source_system
            and revenue_element.revenue_element_id = plan_dates.revenue_element_id
    left join item
        on
            revenue_element.source_system = item.source_system
            and revenue_element.item_id = item.item_id
    left join entity
        on
            revenue_element.source_system = entity.erp_system
            and revenue_element.entity_id = entity.entity_id
    left join currency on revenue_element.currency = currency.currency
    left join document as arrangement
        on
            revenue_element.source_system = arrangement.erp_system
            and revenue_element.arrangement_id = arrangement.document_id
    left join document as source_document
        on
            revenue_element.source_system = source_document.erp_system
            and revenue_element.source_document_id = source_document.document_id
    left join order_line
        on
            revenue_element.source_system = order_line.erp_system
            and revenue_element.source_document_id = order_line.order_id
            and revenue_element.source_document_line_id = order_line.order_line_id
    left join billing_line
        on
            revenue_element.source_system = billing_line.erp_system
            and revenue_element.source_document_id = billing_line.document_id
            and revenue_element.source_document_line_id = billing_line.document_line_id
),

contracted as (
    select
        *,
        min(added_on) over (partition by erp_system, contract_id) as first_added_on
    from element
),

begun as (
    select
        * exclude (arrangement_date, first_added_on),
        -- what an arrangement joined by its own date was agreed together
        case
            when arrangement_date > first_added_on then arrangement_date
            else coalesce(first_added_on, arrangement_date)
        end as inception_date
    from contracted
),

final as (
    select
        *,
        case when added_on > inception_date then added_on else inception_date end as agreed_on
    from begun
)

select * from final
