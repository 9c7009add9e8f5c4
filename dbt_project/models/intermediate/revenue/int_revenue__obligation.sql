-- one row per performance obligation: a revenue element of the ERP
with revenue_element as (
    {{ union_systems(var('erp_systems'), 'revenue_element') }}
),

revenue_plan as (
    {{ union_systems(var('erp_systems'), 'revenue_plan') }}
),

entity as (select * from {{ ref('int_reference__entity') }}),

currency as (select * from {{ ref('int_reference__currency') }}),

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

final as (
    select
        revenue_element.source_system as erp_system,
        revenue_element.revenue_element_id as obligation_id,
        revenue_element.source_document_id as contract_id,
        revenue_element.source_document_line_id as contract_line_id,
        coalesce(entity.entity, 'unassigned') as entity,
        coalesce(revenue_element.currency, 'XXX') as currency,  -- ISO 4217: no currency
        coalesce(currency.minor_unit, 2) as minor_unit,
        revenue_element.erp_customer_id,
        revenue_element.item_id,
        coalesce(revenue_element.allocated_amount, revenue_element.amount) as amount,
        lower(revenue_element.recognition_rule) as recognition_rule,
        coalesce(revenue_element.start_date, plan_dates.start_date) as start_date,
        coalesce(revenue_element.end_date, plan_dates.end_date) as end_date
    from revenue_element
    left join plan_dates
        on
            revenue_element.source_system = plan_dates.source_system
            and revenue_element.revenue_element_id = plan_dates.revenue_element_id
    left join entity
        on
            revenue_element.source_system = entity.erp_system
            and revenue_element.entity_id = entity.entity_id
    left join currency
        on revenue_element.currency = currency.currency
)

select * from final
