-- one row per live CRM account: the ERP customer record that the field mapping makes of it
with

account as (
    select * from {{ ref('int_customer__account') }}
    where not is_deleted and merged_into_account_id is null
),

sales_user as (
    {{ union_systems(var('crm_systems'), 'user') }}
),

final as (
    select
        account.crm_system,
        account.account_id,
        account.account_name as customer_name,
        account.billing_street as bill_to_street,
        account.billing_city as bill_to_city,
        account.billing_state as bill_to_state,
        account.billing_postal_code as bill_to_postal_code,
        account.billing_country as bill_to_country,
        account.shipping_street as ship_to_street,
        account.shipping_city as ship_to_city,
        account.shipping_state as ship_to_state,
        account.shipping_postal_code as ship_to_postal_code,
        account.shipping_country as ship_to_country,
        sales_user.employee_number as sales_rep_code,
        account.industry as category,
        account.payment_terms,
        account.payment_terms_days,
        case
            when account.is_tax_exempt then 'exempt'
            when not account.is_tax_exempt then 'taxable'
        end as tax_code,
    from account
    left join sales_user
        on
            account.crm_system = sales_user.source_system
            and account.owner_id = sales_user.user_id
)

select * from final
