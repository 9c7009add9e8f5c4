-- one row per measure and revenue element, plan or linked line whose amount is stated a second time
{{ config(materialized='view') }}

with

document as (
    select * from {{ ref('stg_netsuite__document') }}
),

document_line as (
    select
        line.document_id,
        line.document_line_id,
        line.amount,
        document.currency,
    from {{ ref('stg_netsuite__document_line') }} as line
    inner join document on line.document_id = document.document_id
),

link as (
    select
        to_document_id,
        to_line_id,
        link_type,
        sum(amount) as amount,
    from {{ ref('stg_netsuite__document_line_link') }}
    where
        link_type in ('order_to_bill', 'order_to_fulfilment', 'return_to_credit', 'bill_to_return')
    group by to_document_id, to_line_id, link_type
),

element as (
    select * from {{ ref('stg_netsuite__revenue_element') }}
),

plan as (
    select * from {{ ref('stg_netsuite__revenue_plan') }}
),

plan_line as (
    select
        revenue_plan_id,
        sum(amount) as amount,
    from {{ ref('stg_netsuite__revenue_plan_line') }}
    group by revenue_plan_id
),

-- a forecast plan repeats the actual one
element_plan as (
    select
        revenue_element_id,
        sum(amount) as amount,
    from plan
    where lower(plan_type) = 'actual'
    group by revenue_element_id
),

final as (
    -- an amount linked has no side, the line that it was made into has
    select
        'document_line' as object,
        'link_amount' as measure,
        link.to_document_id || '/' || link.to_line_id || '/' || link.link_type as record_id,
        line.currency,
        abs(link.amount) as stated,
        abs(line.amount) as computed,
    from link
    inner join document_line as line
        on link.to_document_id = line.document_id and link.to_line_id = line.document_line_id
    union all
    select
        'revenue_element' as object,
        'element_source' as measure,
        element.revenue_element_id as record_id,
        element.currency,
        element.amount as stated,
        line.amount as computed,
    from element
    inner join document_line as line
        on
            element.source_document_id = line.document_id
            and element.source_document_line_id = line.document_line_id
    union all
    select
        'revenue_element' as object,
        'element_plan' as measure,
        element.revenue_element_id as record_id,
        element.currency,
        element.allocated_amount as stated,
        element_plan.amount as computed,
    from element
    inner join element_plan on element.revenue_element_id = element_plan.revenue_element_id
    union all
    select
        'revenue_plan' as object,
        'plan_lines' as measure,
        plan.revenue_plan_id as record_id,
        element.currency,
        plan.amount as stated,
        plan_line.amount as computed,
    from plan
    inner join plan_line on plan.revenue_plan_id = plan_line.revenue_plan_id
    left join element on plan.revenue_element_id = element.revenue_element_id
)

select
    'netsuite' as source_system,
    final.*
from final
where final.stated is not null and final.computed is not null
