-- one row per CRM account and currency of its won deals; '' where it has none
with

account as (
    select * from {{ ref('int_customer__account') }}
),

mapped as (
    select * from {{ ref('int_customer__account_customer') }}
),

-- the link of a deleted account has ended, and its deals were won while it held
former as (
    select
        link.crm_system,
        link.account_id,
        link.erp_system,
        link.erp_customer_id,
        link.match_rule,
        link.evidence_grade,
        row_number() over (
            partition by link.crm_system, link.account_id
            order by
                link.valid_to desc, link.evidence_grade asc, link.match_probability desc,
                link.erp_customer_id asc
        ) as latest_first,
    from {{ ref('int_customer__link') }} as link
    inner join account
        on link.crm_system = account.crm_system and link.account_id = account.account_id
    where account.is_deleted
),

won as (
    select * from {{ ref('int_customer__won_amount') }}
),

queue as (
    select
        crm_system,
        crm_account_id,
        count(*) as pair_count,
        min(first_seen_at) as first_seen_at,
    from {{ ref('rpt_match_review') }}
    group by crm_system, crm_account_id
),

sales_user as (
    select * from {{ ref('int_crm__user') }}
),

final as (
    select
        account.crm_system,
        account.account_id as crm_account_id,
        account.account_name as crm_account_name,
        coalesce(sales_user.user_name, account.owner_id) as owner,
        mapped.customer_key,
        case
            when mapped.is_mapped or former.erp_customer_id is not null then 'matched'
            when queue.pair_count > 0 then 'review'
            else 'unmatched'
        end as match_status,
        coalesce(mapped.erp_system, former.erp_system) as erp_system,
        coalesce(mapped.erp_customer_id, former.erp_customer_id) as erp_customer_id,
        coalesce(mapped.match_rule, former.match_rule) as match_rule,
        coalesce(mapped.evidence_grade, former.evidence_grade) as evidence_grade,
        cast(coalesce(queue.pair_count, 0) as integer) as review_pair_count,
        queue.first_seen_at as review_first_seen_at,
        coalesce(won.currency, '') as currency,
        coalesce(won.amount, 0) as won_amount,
        cast(coalesce(won.deal_count, 0) as integer) as won_deal_count,
        account.is_deleted,
    from account
    left join mapped
        on account.crm_system = mapped.crm_system and account.account_id = mapped.account_id
    left join former
        on
            account.crm_system = former.crm_system
            and account.account_id = former.account_id
            and former.latest_first = 1
    left join won
        on account.crm_system = won.crm_system and account.account_id = won.account_id
    left join queue
        on account.crm_system = queue.crm_system and account.account_id = queue.crm_account_id
    left join sales_user
        on
            account.crm_system = sales_user.source_system
            and account.owner_id = sales_user.user_id
    -- a deleted account counts as long as won deals hang on it
    where not account.is_deleted or won.deal_count > 0
)

select * from final
