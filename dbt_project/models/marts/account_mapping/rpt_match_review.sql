-- one row per CRM account and ERP customer that may be one customer and wait for a decision
with

pair as (
    select * from {{ ref('int_customer__review_pair') }}
),

profile as (
    select * from {{ ref('int_customer__record_profile') }}
),

record_amount as (
    select * from {{ ref('int_customer__record_amount') }}
),

linked as (
    select * from {{ ref('int_customer__linked_record') }}
),

account as (
    select * from {{ ref('int_customer__account') }}
),

sales_user as (
    select * from {{ ref('int_crm__user') }}
),

waiting as (
    select * from {{ ref('int_quality__published_review') }}
),

final as (
    select
        pair.crm_system,
        pair.account_id as crm_account_id,
        crm.name as crm_account_name,
        pair.erp_system,
        pair.erp_customer_id,
        erp.name as erp_customer_name,
        cast(
            row_number() over (
                order by
                    coalesce(won.ranking_amount, 0) desc, pair.crm_system asc,
                    pair.account_id asc, pair.review_candidate_rank asc
            ) as integer
        ) as review_rank,
        pair.review_candidate_rank as candidate_rank,
        pair.match_rule,
        pair.match_probability,
        pair.match_rule || ': ' || coalesce(pair.evidence, '') || ' (' || pair.why_not_accepted
        || ')' as evidence,
        pair.why_not_accepted,
        pair.agreeing_fields,
        pair.differing_fields,
        {{ profile_columns('crm', 'crm', ['name']) }}
        {{ profile_columns('erp', 'erp', ['name']) }}
        cast(pair.customer_count as integer) as candidate_count,
        crm_linked.linked_to is not null as is_account_mapped,
        crm_linked.linked_to as crm_linked_to,
        erp_linked.linked_to as erp_linked_to,
        won.currency,
        coalesce(won.amount, 0) as amount_at_risk,
        won.amounts_by_currency,
        ordered.amounts_by_currency as erp_amounts_by_currency,
        coalesce(won.ranking_amount, 0) as ranking_amount,
        won.ranking_currency,
        coalesce(sales_user.user_name, account.owner_id) as owner,
        coalesce(waiting.first_seen_at, {{ as_of() }}) as first_seen_at,
    from pair
    left join profile as crm
        on
            pair.crm_system = crm.source_system
            and crm.record_type = 'account'
            and pair.account_id = crm.record_id
    left join profile as erp
        on
            pair.erp_system = erp.source_system
            and erp.record_type = 'erp_customer'
            and pair.erp_customer_id = erp.record_id
    left join account
        on pair.crm_system = account.crm_system and pair.account_id = account.account_id
    left join linked as crm_linked
        on
            pair.crm_system = crm_linked.source_system
            and crm_linked.record_type = 'account'
            and pair.account_id = crm_linked.record_id
    left join linked as erp_linked
        on
            pair.erp_system = erp_linked.source_system
            and erp_linked.record_type = 'erp_customer'
            and pair.erp_customer_id = erp_linked.record_id
    left join record_amount as won
        on
            pair.crm_system = won.source_system
            and won.record_type = 'account'
            and pair.account_id = won.record_id
    left join record_amount as ordered
        on
            pair.erp_system = ordered.source_system
            and ordered.record_type = 'erp_customer'
            and pair.erp_customer_id = ordered.record_id
    left join sales_user
        on
            account.crm_system = sales_user.source_system
            and account.owner_id = sales_user.user_id
    left join waiting
        on
            pair.crm_system = waiting.crm_system
            and pair.account_id = waiting.crm_account_id
            and pair.erp_system = waiting.erp_system
            and pair.erp_customer_id = waiting.erp_customer_id
)

select * from final
