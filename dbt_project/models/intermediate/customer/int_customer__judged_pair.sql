-- one row per CRM account and ERP customer accepted, waiting for a person, or refused by a steward
with

threshold as (
    select * from {{ ref('int_match__threshold') }}
),

proposed as (
    select * from {{ ref('int_match__contest') }}
),

rule_verdict as (
    select * from {{ ref('int_match__rule_verdict') }}
),

record as (
    select
        record_key,
        record_type,
        source_system,
        record_id,
        is_gone,
    from {{ ref('int_match__record') }}
),

decided as (
    select
        decided.verdict,
        decided.decision_id,
        decided.owner,
        decided.reason,
        case when one.record_type = 'account' then one.record_key else other.record_key end
            as account_key,
        case when one.record_type = 'account' then other.record_key else one.record_key end
            as customer_key,
    from {{ ref('int_customer__decided_pair') }} as decided
    inner join record as one on decided.record_key = one.record_key
    inner join record as other on decided.other_record_key = other.record_key
    where one.record_type <> other.record_type
),

-- what stewards decided wins over every rule
contest as (
    select
        account.source_system as crm_system,
        account.record_id as account_id,
        customer.source_system as erp_system,
        customer.record_id as erp_customer_id,
        account.record_key as account_key,
        customer.record_key as customer_key,
        account.is_gone or customer.is_gone as is_past,
        0 as tier,
        'steward decision' as match_rule,
        decided.decision_id || ', ' || decided.owner || ': ' || decided.reason as evidence,
        0 as rule_count,
        coalesce(proposed.score, 0) as score,
        true as speaks_for_itself,
        proposed.account_spelling,
        cast(null as {{ dbt.type_string() }}) as contradiction,
    from decided
    inner join record as account on decided.account_key = account.record_key
    inner join record as customer on decided.customer_key = customer.record_key
    left join proposed
        on
            decided.account_key = proposed.account_key
            and decided.customer_key = proposed.customer_key
    where decided.verdict = 'same'
    union all by name
    select proposed.*
    from proposed
    left join decided
        on
            proposed.account_key = decided.account_key
            and proposed.customer_key = decided.customer_key
    where decided.decision_id is null
),

{{ match_verdict('contest') }},

counted as (
    select
        verdict.*,
        count(*) over (partition by account_key, is_past, verdict) as customer_count,
        count(*) over (partition by customer_key, is_past, verdict) as account_count,
    from verdict
    where verdict <> 'rejected' and (not is_past or verdict = 'accepted')
),

final as (
    select
        counted.crm_system,
        counted.account_id,
        counted.erp_system,
        counted.erp_customer_id,
        counted.tier,
        counted.match_rule,
        counted.evidence,
        case
            when counted.tier = 0 then 'D'
            when counted.tier <= 2 then 'A'
            when counted.tier <= 7 then 'B'
            else 'C'
        end as evidence_grade,
        counted.rule_count,
        counted.customer_count,
        counted.account_count,
        cast(counted.candidate_rank as integer) as candidate_rank,
        counted.points as score,
        counted.verdict,
        counted.probability as match_probability,
        counted.review_reason,
        rule_verdict.match_rule as rule_name,
        coalesce(rule_verdict.verdict, 'rejected') as rule_verdict,
        rule_verdict.probability as rule_probability,
    from counted
    left join rule_verdict
        on
            counted.account_key = rule_verdict.account_key
            and counted.customer_key = rule_verdict.customer_key
    union all
    select
        account.source_system as crm_system,
        account.record_id as account_id,
        customer.source_system as erp_system,
        customer.record_id as erp_customer_id,
        0 as tier,
        'steward decision' as match_rule,
        decided.decision_id || ', ' || decided.owner || ': ' || decided.reason as evidence,
        'D' as evidence_grade,
        0 as rule_count,
        0 as customer_count,
        0 as account_count,
        cast(null as integer) as candidate_rank,
        cast(null as decimal(6, 2)) as score,
        'rejected' as verdict,
        cast(0 as decimal(5, 4)) as match_probability,
        cast(null as {{ dbt.type_string() }}) as review_reason,
        rule_verdict.match_rule as rule_name,
        coalesce(rule_verdict.verdict, 'rejected') as rule_verdict,
        rule_verdict.probability as rule_probability,
    from decided
    inner join record as account on decided.account_key = account.record_key
    inner join record as customer on decided.customer_key = customer.record_key
    left join rule_verdict
        on
            decided.account_key = rule_verdict.account_key
            and decided.customer_key = rule_verdict.customer_key
    where decided.verdict = 'different'
)

select * from final
