-- one row per kind of pair and match rule, and one over every rule: what the rules alone had said
-- of the pairs that stewards decided
{%- set outcomes = [
    'accepted_same', 'accepted_different', 'review_same', 'review_different', 'rejected_same',
    'rejected_different',
] %}
with

decided as (
    select * from {{ ref('int_customer__decided_pair') }}
),

record as (
    select
        source_system || ':' || record_id as record_key,
        record_type,
    from {{ ref('int_customer__member') }}
),

ruled as (
    select
        least(crm_system || ':' || account_id, erp_system || ':' || erp_customer_id) as record_key,
        greatest(crm_system || ':' || account_id, erp_system || ':' || erp_customer_id)
            as other_record_key,
        rule_name,
        rule_verdict,
    from {{ ref('int_customer__judged_pair') }}
    union all
    select
        source_system || ':' || record_id as record_key,
        source_system || ':' || other_record_id as other_record_key,
        rule_name,
        rule_verdict,
    from {{ ref('int_customer__duplicate_pair') }}
),

accepted as (
    select
        record_key,
        other_record_key,
    from ruled
    where rule_verdict = 'accepted'
    union all
    select
        other_record_key as record_key,
        record_key as other_record_key,
    from ruled
    where rule_verdict = 'accepted'
),

-- what rules pair with one third record, they make one company too: a duplicate of a linked account
indirect as (
    select
        decided.record_key,
        decided.other_record_key,
    from decided
    inner join accepted as first_step on decided.record_key = first_step.record_key
    inner join accepted as second_step
        on
            first_step.other_record_key = second_step.record_key
            and decided.other_record_key = second_step.other_record_key
    group by decided.record_key, decided.other_record_key
),

compared as (
    select
        case
            when record.record_type <> other_record.record_type then 'account_and_customer'
            when record.record_type = 'account' then 'two_accounts'
            else 'two_customers'
        end as pair_kind,
        decided.verdict,
        case
            when indirect.record_key is not null and coalesce(ruled.rule_verdict, '') <> 'accepted'
                then 'through a third record'
            else coalesce(ruled.rule_name, 'no rule')
        end as rule_name,
        case
            when indirect.record_key is not null then 'accepted'
            else coalesce(ruled.rule_verdict, 'rejected')
        end as rule_verdict,
    from decided
    inner join record on decided.record_key = record.record_key
    inner join record as other_record on decided.other_record_key = other_record.record_key
    left join ruled
        on
            decided.record_key = ruled.record_key
            and decided.other_record_key = ruled.other_record_key
    left join indirect
        on
            decided.record_key = indirect.record_key
            and decided.other_record_key = indirect.other_record_key
),

-- each pair under its own rule and under all of them
stated as (
    select
        pair_kind,
        rule_name as match_rule,
        rule_verdict || '_' || verdict as outcome,
    from compared
    union all
    select
        pair_kind,
        'every rule' as match_rule,
        rule_verdict || '_' || verdict as outcome,
    from compared
),

grouped as (
    select
        pair_kind,
        match_rule,
        count(*) as pair_count,
        {%- for outcome in outcomes %}
        count(case when outcome = '{{ outcome }}' then 1 end) as {{ outcome }}_count,
        {%- endfor %}
    from stated
    group by pair_kind, match_rule
),

totalled as (
    select
        grouped.*,
        accepted_same_count + accepted_different_count as accepted_count,
        accepted_same_count + review_same_count as found_same_count,
        accepted_same_count + review_same_count + rejected_same_count as same_count,
    from grouped
),

final as (
    select
        pair_kind,
        match_rule,
        cast(pair_count as integer) as pair_count,
        {%- for outcome in outcomes %}
        cast({{ outcome }}_count as integer) as {{ outcome }}_count,
        {%- endfor %}
        {%- for measure, hits, trials in [
            ('auto_precision', 'accepted_same_count', 'accepted_count'),
            ('auto_recall', 'accepted_same_count', 'same_count'),
            ('review_recall', 'found_same_count', 'same_count'),
        ] %}
        {{ share_of(hits, trials) }} as {{ measure }},
        {{ wilson_bound(hits, trials, '-') }} as {{ measure }}_low,
        {{ wilson_bound(hits, trials, '+') }} as {{ measure }}_high,
        {%- endfor %}
    from totalled
)

select * from final
