-- one row per CRM account, ERP customer and match rule that proposes the pair
with

account as (
    select * from {{ ref('int_customer__account') }}
    where not is_deleted
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

free_mail as (
    select domain from {{ ref('free_mail_domain') }}
),

proposed as (
    select
        account.crm_system,
        account.account_id,
        customer.erp_system,
        customer.erp_customer_id,
        1 as tier,
        'external id on account' as match_rule,
        account.external_erp_customer_id as evidence,
    from account
    inner join customer
        on account.external_erp_customer_id in (customer.erp_customer_id, customer.customer_number)
    union all
    select
        account.crm_system,
        account.account_id,
        customer.erp_system,
        customer.erp_customer_id,
        2 as tier,
        'external id on customer' as match_rule,
        customer.crm_account_id as evidence,
    from account
    inner join customer
        on
            {{ crm_record_key('account.account_id') }}
            = {{ crm_record_key('customer.crm_account_id') }}
    union all
    select
        account.crm_system,
        account.account_id,
        customer.erp_system,
        customer.erp_customer_id,
        2 as tier,
        'external id on customer' as match_rule,
        customer.external_id as evidence,
    from account
    inner join customer
        on
            {{ crm_record_key('account.account_id') }}
            = {{ crm_record_key('customer.external_id') }}
            and {{ crm_record_key('customer.external_id') }}
            is distinct from {{ crm_record_key('customer.crm_account_id') }}
    union all
    select
        account.crm_system,
        account.account_id,
        customer.erp_system,
        customer.erp_customer_id,
        3 as tier,
        'same tax id' as match_rule,
        account.tax_id as evidence,
    from account
    inner join customer on account.tax_id = customer.tax_id
    where {{ is_telling_number('account.tax_id') }}
    union all
    select
        account.crm_system,
        account.account_id,
        customer.erp_system,
        customer.erp_customer_id,
        4 as tier,
        'same web domain' as match_rule,
        account.website_domain as evidence,
    from account
    inner join customer
        on account.website_domain = coalesce(customer.website_domain, customer.email_domain)
    left join free_mail on account.website_domain = free_mail.domain
    where free_mail.domain is null
    union all
    select
        account.crm_system,
        account.account_id,
        customer.erp_system,
        customer.erp_customer_id,
        5 as tier,
        'same name and country' as match_rule,
        account.account_name_normalised || ' | ' || account.country as evidence,
    from account
    inner join customer
        on
            account.account_name_normalised = customer.customer_name_normalised
            and account.country = customer.country
    union all
    select
        account.crm_system,
        account.account_id,
        customer.erp_system,
        customer.erp_customer_id,
        6 as tier,
        'same name, country unknown' as match_rule,
        account.account_name_normalised as evidence,
    from account
    inner join customer on account.account_name_normalised = customer.customer_name_normalised
    where account.country is null or customer.country is null
),

final as (
    select
        proposed.*,
        account.account_name_normalised,
        account.tax_id as account_tax_id,
        customer.customer_name_normalised,
        customer.tax_id as customer_tax_id,
    from proposed
    left join account
        on
            proposed.crm_system = account.crm_system and proposed.account_id = account.account_id
    left join customer
        on
            proposed.erp_system = customer.erp_system
            and proposed.erp_customer_id = customer.erp_customer_id
)

select * from final
