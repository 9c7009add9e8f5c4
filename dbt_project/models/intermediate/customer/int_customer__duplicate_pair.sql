-- one row per two records of one side that may be one company, with the verdict on the pair
with

record as (
    select * from {{ ref('int_match__record') }}
),

number as (
    select * from {{ ref('int_match__number') }}
),

threshold as (
    select * from {{ ref('int_match__threshold') }}
),

-- accounts that ids link to different customers are different companies, whatever their names
id_link as (
    select
        account_key as record_key,
        min(customer_key) as linked_key,
    from {{ ref('int_match__contest') }}
    where tier <= 2
    group by account_key
    having count(distinct customer_key) = 1
),

decided as (
    select * from {{ ref('int_customer__decided_pair') }}
),

proposed as (
    select
        record_key,
        other_record_key,
        match_rule,
        evidence,
        cast(case match_rule when 'same name and address' then 0.97 else 0.99 end as decimal(5, 4))
            as probability,
        'B' as evidence_grade,
        true as names_agree,
        true as has_same_place,
        false as has_other_place,
    from {{ ref('int_match__equal_pair') }}
    union all
    select
        pair_score.record_key,
        pair_score.other_record_key,
        {{ match_rule_of_score() }} as match_rule,
        {{ match_evidence() }} as evidence,
        {{ match_probability('score') }} as probability,
        'C' as evidence_grade,
        names_agree,
        greatest(
            city_agreement, postal_agreement, street_agreement, phone_agreement,
            case when domain_agreement = 'same domain' then 1 else 0 end
        ) = 1 as has_same_place,
        -- a sister, a branch or a namesake: what one company has twice stands at one address
        least(city_agreement, country_agreement) = -1
        or (street_agreement = -1 and phone_agreement <> 1) as has_other_place,
    from {{ ref('int_match__pair_score') }} as pair_score
    where record_type = other_record_type
),

strongest as (
    select
        proposed.*,
        row_number() over (
            partition by record_key, other_record_key
            order by evidence_grade asc, probability desc, match_rule asc
        ) as strongest_first,
    from proposed
),

judged as (
    select
        strongest.*,
        case
            when
                one_link.linked_key <> other_link.linked_key
                and strongest.match_rule <> 'same tax id'
                then 'ids link them to different customers'
            else {{ contradiction('one', 'other') }}
        end as contradiction,
        threshold.match_auto_accept,
    from strongest
    cross join threshold
    left join number as one on strongest.record_key = one.record_key
    left join number as other on strongest.other_record_key = other.record_key
    left join id_link as one_link on strongest.record_key = one_link.record_key
    left join id_link as other_link on strongest.other_record_key = other_link.record_key
    where strongest.strongest_first = 1
),

ruled as (
    select
        judged.*,
        case
            when contradiction is not null then 'rejected'
            when
                names_agree and has_same_place and not has_other_place
                and probability >= match_auto_accept
                then 'accepted'
            when probability >= 0.5 and not (has_other_place and not names_agree) then 'review'
            else 'rejected'
        end as rule_verdict,
    from judged
),

final as (
    select
        one.source_system,
        one.record_type,
        least(one.record_id, other.record_id) as record_id,
        greatest(one.record_id, other.record_id) as other_record_id,
        case when decided.decision_id is null then ruled.match_rule else 'steward decision' end
            as match_rule,
        coalesce(
            decided.decision_id || ', ' || decided.owner || ': ' || decided.reason, ruled.evidence
        ) as evidence,
        cast(
            case decided.verdict
                when 'same' then 1
                when 'different' then 0
                else ruled.probability
            end as decimal(5, 4)
        ) as match_probability,
        case when decided.decision_id is null then ruled.evidence_grade else 'D' end
            as evidence_grade,
        case decided.verdict
            when 'same' then 'accepted' when 'different' then 'rejected' else ruled.rule_verdict
        end as verdict,
        case
            when decided.decision_id is null and ruled.rule_verdict = 'review'
                then case
                    when not ruled.has_same_place
                        then 'alike, but no address, telephone or web domain agrees'
                    when ruled.has_other_place then 'the addresses differ'
                    when not ruled.names_agree
                        then 'the names differ in more than a trade word'
                    else 'too little agrees'
                end
        end as review_reason,
        ruled.match_rule as rule_name,
        ruled.rule_verdict,
        ruled.probability as rule_probability,
        one.is_gone or other.is_gone as is_past,
    from ruled
    inner join record as one on ruled.record_key = one.record_key
    inner join record as other on ruled.other_record_key = other.record_key
    left join decided
        on
            least(ruled.record_key, ruled.other_record_key) = decided.record_key
            and greatest(ruled.record_key, ruled.other_record_key) = decided.other_record_key
    where decided.decision_id is not null or ruled.rule_verdict <> 'rejected'
)

select * exclude (is_past)
from final
where not is_past or verdict = 'accepted'
