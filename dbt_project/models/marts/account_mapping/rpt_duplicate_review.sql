-- one row per two accounts, or two ERP customers, that may be one company and wait for a decision
with

pair as (
    select * from {{ ref('int_customer__duplicate_review_pair') }}
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

waiting as (
    select * from {{ ref('int_customer__published_duplicate_review') }}
),

-- at risk is the money of the lesser record: it stands apart from the company that it belongs to
weighed as (
    select
        pair.*,
        coalesce(one_amount.ranking_amount, 0) <= coalesce(other_amount.ranking_amount, 0)
            as one_is_lesser,
        least(
            coalesce(one_amount.ranking_amount, 0), coalesce(other_amount.ranking_amount, 0)
        ) as ranking_amount,
        coalesce(one_amount.ranking_currency, other_amount.ranking_currency) as ranking_currency,
        one_amount.currency as one_currency,
        one_amount.amount as one_amount,
        one_amount.amounts_by_currency as one_amounts,
        other_amount.currency as other_currency,
        other_amount.amount as other_amount,
        other_amount.amounts_by_currency as other_amounts,
    from pair
    left join record_amount as one_amount
        on
            pair.source_system = one_amount.source_system
            and pair.record_type = one_amount.record_type
            and pair.record_id = one_amount.record_id
    left join record_amount as other_amount
        on
            pair.source_system = other_amount.source_system
            and pair.record_type = other_amount.record_type
            and pair.other_record_id = other_amount.record_id
),

final as (
    select
        pair.source_system,
        pair.record_type,
        pair.record_id,
        one.name as record_name,
        pair.other_record_id,
        other.name as other_name,
        cast(
            row_number() over (
                order by
                    pair.ranking_amount desc, pair.match_probability desc,
                    pair.source_system asc, pair.record_type asc, pair.record_id asc,
                    pair.other_record_id asc
            ) as integer
        ) as review_rank,
        pair.match_rule,
        pair.match_probability,
        pair.match_rule || ': ' || coalesce(pair.evidence, '') || ' (' || pair.why_not_accepted
        || ')' as evidence,
        pair.why_not_accepted,
        pair.agreeing_fields,
        pair.differing_fields,
        {{ profile_columns('one', 'record', ['name']) }}
        {{ profile_columns('other', 'other', ['name']) }}
        linked.linked_to as record_linked_to,
        other_linked.linked_to as other_linked_to,
        case when pair.one_is_lesser then pair.one_currency else pair.other_currency end
            as currency,
        coalesce(case when pair.one_is_lesser then pair.one_amount else pair.other_amount end, 0)
            as amount_at_risk,
        pair.one_amounts as record_amounts_by_currency,
        pair.other_amounts as other_amounts_by_currency,
        pair.ranking_amount,
        pair.ranking_currency,
        coalesce(waiting.first_seen_at, {{ as_of() }}) as first_seen_at,
    from weighed as pair
    left join profile as one
        on
            pair.source_system = one.source_system
            and pair.record_type = one.record_type
            and pair.record_id = one.record_id
    left join profile as other
        on
            pair.source_system = other.source_system
            and pair.record_type = other.record_type
            and pair.other_record_id = other.record_id
    left join linked
        on
            pair.source_system = linked.source_system
            and pair.record_type = linked.record_type
            and pair.record_id = linked.record_id
    left join linked as other_linked
        on
            pair.source_system = other_linked.source_system
            and pair.record_type = other_linked.record_type
            and pair.other_record_id = other_linked.record_id
    left join waiting
        on
            pair.source_system = waiting.source_system
            and pair.record_type = waiting.record_type
            and pair.record_id = waiting.record_id
            and pair.other_record_id = waiting.other_record_id
)

select * from final
