-- one row per released order that was made for a deal before the CRM withdrew the deal
with withdrawn as (select * from {{ ref('int_booking__withdrawn_deal') }}),

sales_order as (
    select * from {{ ref('int_erp__document') }}
    where is_released
),

link as (select * from {{ ref('int_order_link__order_opportunity') }}),

-- A deal that is gone can be linked no more; the order still names it.
named as (
    select
        sales_order.erp_system,
        sales_order.document_id as order_id,
        withdrawn.crm_system,
        withdrawn.opportunity_id,
    from sales_order
    inner join withdrawn
        on
            {{ crm_record_key('sales_order.crm_opportunity_id') }}
            = {{ crm_record_key('withdrawn.opportunity_id') }}
    union
    select
        link.erp_system,
        link.order_id,
        link.crm_system,
        link.opportunity_id,
    from link
),

ranked as (
    select
        named.*,
        withdrawn.withdrawal,
        withdrawn.source,
        row_number() over (
            partition by named.erp_system, named.order_id
            order by
                withdrawn.withdrawn_at desc, named.crm_system asc, named.opportunity_id asc
        ) as preference,
    from named
    inner join withdrawn
        on
            named.crm_system = withdrawn.crm_system
            and named.opportunity_id = withdrawn.opportunity_id
    inner join sales_order
        on
            named.erp_system = sales_order.erp_system
            and named.order_id = sales_order.document_id
    where
        withdrawn.withdrawn_at
        > coalesce(sales_order.created_at, cast(sales_order.document_date as timestamp))
),

final as (
    select * exclude (preference) from ranked
    where preference = 1
)

select * from final
