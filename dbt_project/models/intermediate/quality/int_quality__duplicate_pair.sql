-- one row per two records of one side that are one company, may be, or are linked as if they were
with

account as (
    select * from {{ ref('int_customer__account') }}
    where not is_deleted
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
    where not is_deleted
),

live as (
    select
        crm_system as source_system,
        'account' as record_type,
        account_id as record_id,
    from account
    union all
    select
        erp_system as source_system,
        'erp_customer' as record_type,
        erp_customer_id as record_id,
    from customer
),

link as (
    select link.*
    from {{ ref('int_customer__link') }} as link
    inner join account
        on link.crm_system = account.crm_system and link.account_id = account.account_id
    inner join customer
        on
            link.erp_system = customer.erp_system
            and link.erp_customer_id = customer.erp_customer_id
    where
        link.match_rule not in ('merged account', 'duplicate account')
        and link.valid_from <= cast({{ as_of() }} as date)
        and link.valid_to > cast({{ as_of() }} as date)
),

-- two accounts with one ERP customer are one company as far as the links are right, and the reverse
linked as (
    select
        crm_system as source_system,
        'account' as record_type,
        min(account_id) over (partition by crm_system, erp_system, erp_customer_id) as record_id,
        account_id as other_record_id,
        'linked to one ERP customer' as match_rule,
        erp_customer_id as evidence,
        evidence_grade,
        match_probability,
    from link
    union all
    select
        erp_system as source_system,
        'erp_customer' as record_type,
        min(erp_customer_id) over (partition by crm_system, account_id, erp_system) as record_id,
        erp_customer_id as other_record_id,
        'linked to one account' as match_rule,
        account_id as evidence,
        evidence_grade,
        match_probability,
    from link
),

proposed as (
    select
        1 as priority,
        source_system,
        record_type,
        record_id,
        other_record_id,
        verdict as match_status,
        match_rule,
        evidence,
        evidence_grade,
        match_probability,
    from {{ ref('int_customer__duplicate_pair') }}
    where verdict in ('accepted', 'review')
    union all by name
    select
        2 as priority,
        linked.*,
        'accepted' as match_status,
    from linked
    where record_id <> other_record_id
),

-- what was merged or deleted in the source needs nobody any more
final as (
    select
        proposed.* exclude (priority),
        row_number() over (
            partition by
                proposed.source_system, proposed.record_type, proposed.record_id,
                proposed.other_record_id
            order by
                proposed.priority asc, proposed.match_probability desc, proposed.evidence asc
        ) as strongest_first,
    from proposed
    inner join live as one
        on
            proposed.source_system = one.source_system
            and proposed.record_type = one.record_type
            and proposed.record_id = one.record_id
    inner join live as other
        on
            proposed.source_system = other.source_system
            and proposed.record_type = other.record_type
            and proposed.other_record_id = other.record_id
)

select * exclude (strongest_first)
from final
where strongest_first = 1
