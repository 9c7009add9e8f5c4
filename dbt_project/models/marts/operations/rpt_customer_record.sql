-- one row per CRM account and linked ERP customer, and per record of either side without a link
with

account as (
    select * from {{ ref('int_customer__account') }}
    where not is_deleted
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
    where not is_deleted
),

link as (
    select * from {{ ref('int_customer__link') }}
    where valid_to > cast({{ as_of() }} as date)
),

order_since as (
    select
        document.erp_system,
        document.erp_customer_id,
        count(*) as order_count,
    from {{ ref('int_erp__document') }} as document
    inner join customer
        on
            document.erp_system = customer.erp_system
            and document.erp_customer_id = customer.erp_customer_id
    where
        customer.is_inactive
        and document.document_type = 'sales_order'
        and not document.is_voided
        and document.created_at > customer.modified_at
    group by document.erp_system, document.erp_customer_id
),

final as (
    select
        account.crm_system,
        account.account_id as crm_account_id,
        customer.erp_system,
        customer.erp_customer_id,
        coalesce(customer.customer_name, account.account_name) as legal_customer_name,
        coalesce(customer.billing_country, account.billing_country) as billing_country,
        coalesce(
            account.customer_status,
            case when customer.is_inactive then 'inactive' else 'active' end
        ) as customer_status,
        concat_ws(
            '-',
            coalesce(customer.billing_country, account.billing_country),
            coalesce(customer.billing_state, account.billing_state)
        ) as tax_region,
        coalesce(customer.is_inactive, false) as is_inactive_in_erp,
        coalesce(order_since.order_count, 0) as orders_after_inactivation,
    from account
    left join link
        on account.crm_system = link.crm_system and account.account_id = link.account_id
    full outer join customer
        on
            link.erp_system = customer.erp_system
            and link.erp_customer_id = customer.erp_customer_id
    left join order_since
        on
            customer.erp_system = order_since.erp_system
            and customer.erp_customer_id = order_since.erp_customer_id
)

select * from final
