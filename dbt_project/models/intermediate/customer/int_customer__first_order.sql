-- one row per erp_system and erp_customer_id that ever ordered: the day it became a buyer
with

document as (
    select * from {{ ref('int_erp__document') }}
    where
        document_type in ('sales_order', 'invoice', 'cash_sale')
        and not is_voided and not is_intercompany and erp_customer_id is not null
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
    where first_order_date is not null
),

dated as (
    select
        erp_system,
        erp_customer_id,
        document_date as first_order_date,
    from document
    union all
    select
        erp_system,
        erp_customer_id,
        first_order_date,
    from customer
),

final as (
    select
        erp_system,
        erp_customer_id,
        min(first_order_date) as first_order_date,
    from dated
    group by erp_system, erp_customer_id
)

select * from final
