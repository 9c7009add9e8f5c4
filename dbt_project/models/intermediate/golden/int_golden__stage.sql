-- one row per customer: when it first ordered, which side is therefore its master, who knows it
with

member as (
    select * from {{ ref('int_customer__member') }}
),

first_order as (
    select * from {{ ref('int_customer__first_order') }}
),

final as (
    select
        member.customer_key,
        min(first_order.first_order_date) as first_order_date,
        case
            when min(first_order.first_order_date) <= cast({{ as_of() }} as date)
                then 'after_first_order'
            else 'before_first_order'
        end as stage,
        count(case when member.record_type = 'account' then 1 end) as account_count,
        count(case when member.record_type = 'erp_customer' then 1 end) as erp_customer_count,
    from member
    left join first_order
        on
            member.record_type = 'erp_customer'
            and member.source_system = first_order.erp_system
            and member.record_id = first_order.erp_customer_id
    group by member.customer_key
)

select * from final
