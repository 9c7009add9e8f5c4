-- one row per CRM account and ERP customer that are accepted as one customer, and span of days
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

final as (
    select
        link.crm_system,
        link.account_id as crm_account_id,
        account.account_name as crm_account_name,
        link.erp_system,
        link.erp_customer_id,
        customer.customer_number as erp_customer_number,
        customer.customer_name as erp_customer_name,
        link.customer_key,
        link.match_rule,
        link.evidence as match_evidence,
        link.evidence_grade,
        link.match_probability,
        'accepted' as match_status,
        account.surviving_account_id as surviving_crm_account_id,
        customer.is_inactive as is_inactive_in_erp,
        link.valid_from,
        link.valid_to,
    from link
    left join account
        on link.crm_system = account.crm_system and link.account_id = account.account_id
    left join customer
        on link.erp_system = customer.erp_system and link.erp_customer_id = customer.erp_customer_id
)

select * from final
