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

version as (
    select * from {{ ref('int_customer__version') }}
),

-- what may be published of a record: a change that waits for Finance is not
published as (
    select
        stated.source_system,
        stated.record_type,
        stated.record_id,
        max(case when stated.field = 'legal_customer_name' then version.legal_customer_name end)
            as legal_customer_name,
        max(case when stated.field = 'tax_region' then version.tax_region end) as tax_region,
    from {{ ref('int_golden__record_field') }} as stated
    inner join version
        on
            stated.source_system = version.source_system
            and stated.record_type = version.record_type
            and stated.record_id = version.record_id
            and stated.published_load_id = version.load_id
    where stated.field in ('legal_customer_name', 'tax_region')
    group by stated.source_system, stated.record_type, stated.record_id
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
        coalesce(in_erp.legal_customer_name, in_crm.legal_customer_name, account.account_name)
            as legal_customer_name,
        coalesce(customer.billing_country, account.billing_country) as billing_country,
        coalesce(
            account.customer_status,
            case when customer.is_inactive then 'inactive' else 'active' end
        ) as customer_status,
        coalesce(in_erp.tax_region, in_crm.tax_region) as tax_region,
        coalesce(customer.is_inactive, false) as is_inactive_in_erp,
        coalesce(order_since.order_count, 0) as orders_after_inactivation,
    from account
    left join link
        on account.crm_system = link.crm_system and account.account_id = link.account_id
    full outer join customer
        on
            link.erp_system = customer.erp_system
            and link.erp_customer_id = customer.erp_customer_id
    left join published as in_crm
        on
            account.crm_system = in_crm.source_system
            and in_crm.record_type = 'account'
            and account.account_id = in_crm.record_id
    left join published as in_erp
        on
            customer.erp_system = in_erp.source_system
            and in_erp.record_type = 'erp_customer'
            and customer.erp_customer_id = in_erp.record_id
    left join order_since
        on
            customer.erp_system = order_since.erp_system
            and customer.erp_customer_id = order_since.erp_customer_id
)

select * from final
