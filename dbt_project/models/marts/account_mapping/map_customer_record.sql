-- one row per CRM account or ERP customer and span of days in which it belongs to one customer
with

membership as (
    select * from {{ ref('int_customer__membership') }}
),

account as (
    select * from {{ ref('int_customer__account') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

final as (
    select
        membership.source_system,
        membership.record_type,
        membership.record_id,
        coalesce(account.account_name, customer.customer_name) as record_name,
        membership.customer_key,
        membership.valid_from,
        membership.valid_to,
        coalesce(account.is_deleted, customer.is_deleted, false) as is_deleted,
    from membership
    left join account
        on
            membership.record_type = 'account'
            and membership.source_system = account.crm_system
            and membership.record_id = account.account_id
    left join customer
        on
            membership.record_type = 'erp_customer'
            and membership.source_system = customer.erp_system
            and membership.record_id = customer.erp_customer_id
)

select * from final
