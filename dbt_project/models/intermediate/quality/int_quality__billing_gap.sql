-- one row per CRM account and field that billing needs and neither system has
with

account as (
    select * from {{ ref('int_customer__account') }}
    where not is_deleted
),

mapped as (
    select * from {{ ref('int_customer__account_customer') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

described as (
    select
        account.crm_system,
        account.account_id,
        account.owner_id,
        coalesce(account.billing_street, customer.billing_street) as billing_street,
        coalesce(account.billing_city, customer.billing_city) as billing_city,
        coalesce(account.billing_country, customer.billing_country) as billing_country,
        coalesce(account.payment_terms, customer.payment_terms) as payment_terms,
        coalesce(account.tax_id, customer.tax_id) as tax_id,
        -- credit is approved in the ERP, so that only a mapped account can lack it
        case
            when not coalesce(mapped.is_mapped, false) or customer.is_credit_approved then 'yes'
        end as credit_approval,
    from account
    left join mapped
        on account.crm_system = mapped.crm_system and account.account_id = mapped.account_id
    left join customer
        on
            mapped.erp_system = customer.erp_system
            and mapped.erp_customer_id = customer.erp_customer_id
),

final as (
    {%- for field in [
        'billing_street', 'billing_city', 'billing_country', 'payment_terms', 'tax_id',
        'credit_approval',
    ] %}
    select
        crm_system,
        account_id,
        owner_id,
        '{{ field }}' as field,
        {{ loop.index }} as field_number,
    from described
    where {{ field }} is null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
