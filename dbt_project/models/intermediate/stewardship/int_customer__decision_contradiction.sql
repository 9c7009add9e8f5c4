-- one row per decision in force and two records on which another says, or shows, the opposite
with

pair as (
    select * from {{ ref('int_customer__decision_pair') }}
    where is_in_force
),

decided_pair as (
    select * from {{ ref('int_customer__decided_pair') }}
),

member as (
    select
        source_system || ':' || record_id as record_key,
        customer_key,
    from {{ ref('int_customer__member') }}
),

link as (
    select
        least(crm_system || ':' || account_id, erp_system || ':' || erp_customer_id) as record_key,
        greatest(crm_system || ':' || account_id, erp_system || ':' || erp_customer_id)
            as other_record_key,
        min(match_rule) as match_rule,
    from {{ ref('int_customer__link') }}
    where
        valid_from <= cast({{ as_of() }} as date)
        and valid_to > cast({{ as_of() }} as date)
    group by crm_system, account_id, erp_system, erp_customer_id
),

overruled as (
    select
        earlier.decision_id,
        earlier.record_key,
        earlier.other_record_key,
        'overruled' as kind,
        'Says ' || earlier.verdict || ' of ' || earlier.record_key || ' and '
        || earlier.other_record_key || ', the later ' || min(later.decision_id) || ' says '
        || min(later.verdict) || ': end the one that is wrong' as detail,
    from pair as earlier
    inner join pair as later
        on
            earlier.record_key = later.record_key
            and earlier.other_record_key = later.other_record_key
            and earlier.verdict <> later.verdict
            and earlier.effective_from >= later.effective_from
            and (
                earlier.decided_on < later.decided_on
                or (
                    earlier.decided_on = later.decided_on
                    and earlier.decision_id < later.decision_id
                )
            )
    group by
        earlier.decision_id, earlier.record_key, earlier.other_record_key, earlier.verdict
),

defeated as (
    select
        decided_pair.decision_id,
        decided_pair.record_key,
        decided_pair.other_record_key,
        'defeated' as kind,
        'Says ' || decided_pair.verdict || ' of ' || decided_pair.record_key || ' and '
        || decided_pair.other_record_key || ', yet they are '
        || case
            when decided_pair.verdict = 'same'
                then 'two customers: another decision keeps apart what joins them'
            when link.record_key is not null then 'linked (' || link.match_rule || ')'
            else 'one customer through other records: split those too'
        end as detail,
    from decided_pair
    inner join member on decided_pair.record_key = member.record_key
    inner join member as other on decided_pair.other_record_key = other.record_key
    left join link
        on
            decided_pair.record_key = link.record_key
            and decided_pair.other_record_key = link.other_record_key
    where
        case
            when decided_pair.verdict = 'same' then member.customer_key <> other.customer_key
            else member.customer_key = other.customer_key or link.record_key is not null
        end
),

final as (
    select * from overruled
    union all
    select * from defeated
)

select * from final
