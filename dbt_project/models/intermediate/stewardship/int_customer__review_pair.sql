-- one row per CRM account and ERP customer that wait for a decision: at most three an account
with

member as (
    select * from {{ ref('int_customer__member') }}
),

-- two records that others have made one customer already need nobody
judged as (
    select judged.*
    from {{ ref('int_customer__judged_pair') }} as judged
    left join member as account
        on
            judged.crm_system = account.source_system
            and account.record_type = 'account'
            and judged.account_id = account.record_id
    left join member as customer
        on
            judged.erp_system = customer.source_system
            and customer.record_type = 'erp_customer'
            and judged.erp_customer_id = customer.record_id
    where
        judged.verdict = 'review'
        and coalesce(account.customer_key <> customer.customer_key, true)
),

profile as (
    select * from {{ ref('int_customer__record_profile') }}
),

compared as (
    select
        judged.*,
        {{ fields_that('account', 'customer') }} as agreeing_fields,
        {{ fields_that('account', 'customer', agree=false) }} as differing_fields,
        cast({{ agreement_count('account', 'customer') }} as integer) as agreement_count,
    from judged
    left join profile as account
        on
            judged.crm_system = account.source_system
            and account.record_type = 'account'
            and judged.account_id = account.record_id
    left join profile as customer
        on
            judged.erp_system = customer.source_system
            and customer.record_type = 'erp_customer'
            and judged.erp_customer_id = customer.record_id
),

ranked as (
    select
        compared.*,
        cast(
            row_number() over (
                partition by compared.crm_system, compared.account_id
                order by
                    compared.match_probability desc, compared.candidate_rank asc,
                    compared.agreement_count desc, compared.erp_system asc,
                    compared.erp_customer_id asc
            ) as integer
        ) as review_candidate_rank,
    from compared
),

final as (
    select
        crm_system,
        account_id,
        erp_system,
        erp_customer_id,
        match_rule,
        evidence,
        match_probability,
        customer_count,
        review_candidate_rank,
        agreeing_fields,
        differing_fields,
        review_reason as why_not_accepted,
    from ranked
    where review_candidate_rank <= 3
)

select * from final
