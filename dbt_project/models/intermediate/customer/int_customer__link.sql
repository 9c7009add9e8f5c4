-- one row per CRM account and ERP customer that are accepted as one customer
with

judged as (
    select * from {{ ref('int_customer__judged_pair') }}
    where verdict = 'accepted'
),

account as (
    select * from {{ ref('int_customer__account') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

member as (
    select * from {{ ref('int_customer__member') }}
),

direct as (
    select
        judged.crm_system,
        judged.account_id,
        judged.erp_system,
        judged.erp_customer_id,
        judged.match_rule,
        judged.evidence,
        case when judged.tier <= 2 then 'A' else 'B' end as evidence_grade,
        judged.match_probability,
    from judged
),

-- an account merged into another, and a duplicate of one that is linked, share its ERP customers
inherited as (
    select
        account.crm_system,
        account.account_id,
        direct.erp_system,
        direct.erp_customer_id,
        case
            when account.surviving_account_id <> account.account_id then 'merged account'
            else 'duplicate account'
        end as match_rule,
        min(direct.account_id) as evidence,
        'B' as evidence_grade,
        min(direct.match_probability) as match_probability,
    from account
    inner join member as own
        on
            account.crm_system = own.source_system
            and own.record_type = 'account'
            and account.account_id = own.record_id
    inner join member as other
        on
            own.customer_key = other.customer_key
            and other.record_type = 'account'
            and own.record_id <> other.record_id
    inner join direct
        on other.source_system = direct.crm_system and other.record_id = direct.account_id
    left join direct as already
        on account.crm_system = already.crm_system and account.account_id = already.account_id
    where already.account_id is null
    group by
        account.crm_system, account.account_id, account.surviving_account_id,
        direct.erp_system, direct.erp_customer_id
),

link as (
    select * from direct
    union all by name
    select * from inherited
),

final as (
    select
        link.*,
        member.customer_key,
        cast(
            greatest(coalesce(account.created_at, customer.created_at), customer.created_at) as date
        ) as valid_from,
        case
            when account.is_deleted then cast(account.modified_at as date)
            else cast('9999-12-31' as date)
        end as valid_to,
    from link
    left join member
        on
            link.crm_system = member.source_system
            and member.record_type = 'account'
            and link.account_id = member.record_id
    left join account
        on link.crm_system = account.crm_system and link.account_id = account.account_id
    left join customer
        on
            link.erp_system = customer.erp_system
            and link.erp_customer_id = customer.erp_customer_id
)

select * from final
