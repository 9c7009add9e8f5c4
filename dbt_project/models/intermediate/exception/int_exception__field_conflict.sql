-- one row per account, ERP customer and field on which the two systems disagree
with

link as (
    select * from {{ ref('int_customer__link') }}
),

account as (
    select * from {{ ref('int_customer__account') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

first_order as (
    select * from {{ ref('int_customer__first_order') }}
),

ownership as (
    select ownership.*
    from {{ source('definitions', 'field_ownership') }} as ownership
    inner join {{ source('definitions', 'definition_set') }} as definition_set
        on ownership.definition_id = definition_set.definition_id
    where definition_set.is_primary
),

compared as (
    {%- for field, crm_value, erp_value in [
        (
            'legal_customer_name',
            'account.account_name_normalised',
            'customer.customer_name_normalised',
        ),
        ('tax_id', 'account.tax_id', 'customer.tax_id'),
        ('payment_terms', 'account.payment_terms', 'customer.payment_terms'),
        ('tax_exempt', "cast(account.is_tax_exempt as " ~ dbt.type_string() ~ ")",
         "cast(not customer.is_taxable as " ~ dbt.type_string() ~ ")"),
        (
            'billing_address',
            address_key('account', 'billing'),
            address_key('customer', 'billing'),
        ),
        (
            'shipping_address',
            address_key('account', 'shipping'),
            address_key('customer', 'shipping'),
        ),
    ] %}
    select
        link.crm_system,
        link.account_id,
        link.erp_system,
        link.erp_customer_id,
        account.owner_id,
        '{{ field }}' as field,
        {{ crm_value }} as crm_value,
        {{ erp_value }} as erp_value,
        account.modified_at as crm_modified_at,
        coalesce(customer.modified_at, customer.created_at) as erp_modified_at,
        first_order.first_order_date,
    from link
    inner join account
        on link.crm_system = account.crm_system and link.account_id = account.account_id
    inner join customer
        on link.erp_system = customer.erp_system and link.erp_customer_id = customer.erp_customer_id
    left join first_order
        on
            link.erp_system = first_order.erp_system
            and link.erp_customer_id = first_order.erp_customer_id
    where
        not account.is_deleted
        and link.match_rule not in ('merged account', 'duplicate account')
        and {{ crm_value }} <> {{ erp_value }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        compared.crm_system,
        compared.account_id,
        compared.erp_system,
        compared.erp_customer_id,
        compared.owner_id,
        compared.field,
        compared.crm_value,
        compared.erp_value,
        case
            when compared.first_order_date <= cast({{ as_of() }} as date)
                then ownership.owner_after_first_order
            else ownership.owner_before_first_order
        end as owning_system_type,
        ownership.review_required,
        case
            when compared.crm_modified_at > compared.erp_modified_at then 'crm' else 'erp'
        end as changed_last_in,
    from compared
    left join ownership on compared.field = ownership.field
)

select * from final
