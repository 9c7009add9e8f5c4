-- one row per CRM account and ERP customer that are one customer, and span of days they are linked
with

link as (
    select * from {{ ref('int_customer__state_link') }}
),

-- states in which nothing about the link changes are one span
followed as (
    select
        link.*,
        case
            when
                valid_from = lag(valid_to) over (
                    partition by
                        crm_system, account_id, erp_system, erp_customer_id, customer_key,
                        match_rule, evidence
                    order by valid_from
                )
                then 0
            else 1
        end as is_start,
    from link
),

numbered as (
    select
        followed.*,
        sum(is_start) over (
            partition by
                crm_system, account_id, erp_system, erp_customer_id, customer_key, match_rule,
                evidence
            order by valid_from
            rows between unbounded preceding and current row
        ) as span_number,
    from followed
),

final as (
    select
        crm_system,
        account_id,
        erp_system,
        erp_customer_id,
        match_rule,
        evidence,
        evidence_grade,
        match_probability,
        proof_order,
        customer_key,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to,
    from numbered
    group by
        crm_system, account_id, erp_system, erp_customer_id, match_rule, evidence,
        evidence_grade, match_probability, proof_order, customer_key, span_number
)

select * from final
