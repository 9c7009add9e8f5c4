-- one row per two records, fact that joins them or keeps them apart, and span of days it holds
with

-- Of a pair that a steward has decided, what the rules said: his word is dated and comes below.
paired as (
    select
        'link' as kind,
        crm_system || ':' || account_id as account_key,
        crm_system || ':' || account_id as one_key,
        erp_system || ':' || erp_customer_id as other_key,
        coalesce(rule_name, match_rule) as match_rule,
        case when tier = 0 then 'until a steward decided' else evidence end as evidence,
        case when tier = 0 then 'B' else evidence_grade end as evidence_grade,
        case when tier = 0 then rule_probability else match_probability end as match_probability,
        case when tier = 0 then rule_verdict else verdict end as verdict,
    from {{ ref('int_customer__judged_pair') }}
    union all
    select
        'duplicate' as kind,
        cast(null as {{ dbt.type_string() }}) as account_key,
        source_system || ':' || record_id as one_key,
        source_system || ':' || other_record_id as other_key,
        coalesce(rule_name, match_rule) as match_rule,
        case when evidence_grade = 'D' then 'until a steward decided' else evidence end
            as evidence,
        case when evidence_grade = 'D' then 'B' else evidence_grade end as evidence_grade,
        case when evidence_grade = 'D' then rule_probability else match_probability end
            as match_probability,
        case when evidence_grade = 'D' then rule_verdict else verdict end as verdict,
    from {{ ref('int_customer__duplicate_pair') }}
),

ordered as (
    select
        paired.*,
        least(one_key, other_key) as record_key,
        greatest(one_key, other_key) as other_record_key,
    from paired
),

refused as (
    select * from {{ ref('int_customer__decided_interval') }}
    where verdict = 'different'
),

-- a pair that waits, or is refused by the rules or a steward of today, was no proof in the past
proven as (
    select
        dated_pair.*,
        case dated_pair.match_rule when 'same tax id' then 'B' else 'A' end as evidence_grade,
        min(dated_pair.valid_from) over (
            partition by dated_pair.claimed_by, dated_pair.match_rule
        ) as first_from,
    from {{ ref('int_customer__dated_pair') }} as dated_pair
    left join ordered
        on
            dated_pair.record_key = ordered.record_key
            and dated_pair.other_record_key = ordered.other_record_key
    left join refused
        on
            dated_pair.record_key = refused.record_key
            and dated_pair.other_record_key = refused.other_record_key
            and dated_pair.valid_from >= refused.valid_from
            and dated_pair.valid_to <= refused.valid_to
    where
        refused.record_key is null
        and (
            ordered.verdict = 'accepted'
            or (
                ordered.verdict is null
                and dated_pair.valid_to < cast('9999-12-31' as date)
            )
        )
),

-- what follows an id that was no proof holds from the beginning
dated as (
    select
        proven.* exclude (valid_from, first_from),
        case
            when proven.evidence_grade = 'A' and proven.valid_from = proven.first_from
                then cast('1900-01-01' as date)
            else proven.valid_from
        end as valid_from,
    from proven
),

dated_today as (
    select
        record_key,
        other_record_key,
        evidence_grade,
    from dated
    where valid_to = cast('9999-12-31' as date)
    group by record_key, other_record_key, evidence_grade
),

-- a record that an id joined elsewhere is joined by weaker proof from the end of that on
former as (
    select
        past_value.record_key,
        max(dated.valid_to) as valid_to,
    from {{ ref('int_customer__past_value') }} as past_value
    inner join dated
        on
            past_value.record_key in (dated.record_key, dated.other_record_key)
            and past_value.value = dated.evidence
            and past_value.valid_to = dated.valid_to
    where
        past_value.record_type = 'account'
        and past_value.attribute = 'counterpart id'
        and past_value.valid_to < cast('9999-12-31' as date)
    group by past_value.record_key
),

undated as (
    select
        ordered.*,
        case
            when ordered.evidence_grade <> 'A'
                then coalesce(former.valid_to, cast('1900-01-01' as date))
            else cast('1900-01-01' as date)
        end as valid_from,
    from ordered
    left join dated_today
        on
            ordered.record_key = dated_today.record_key
            and ordered.other_record_key = dated_today.other_record_key
            and ordered.evidence_grade = dated_today.evidence_grade
    left join former on ordered.account_key = former.record_key
    where ordered.verdict = 'accepted' and dated_today.record_key is null
),

final as (
    select
        record_key,
        other_record_key,
        kind,
        match_rule,
        evidence,
        evidence_grade,
        match_probability,
        cast(null as {{ dbt.type_string() }}) as leaving_record_key,
        valid_from,
        cast('9999-12-31' as date) as valid_to,
    from undated
    union all
    select
        record_key,
        other_record_key,
        kind,
        match_rule,
        evidence,
        evidence_grade,
        cast(case evidence_grade when 'A' then 1 else 0.99 end as decimal(5, 4))
            as match_probability,
        cast(null as {{ dbt.type_string() }}) as leaving_record_key,
        valid_from,
        valid_to,
    from dated
    union all
    select
        least(record_key, source_system || ':' || value) as record_key,
        greatest(record_key, source_system || ':' || value) as other_record_key,
        'crm merge' as kind,
        'merged account' as match_rule,
        record_key || ' into ' || source_system || ':' || value as evidence,
        'A' as evidence_grade,
        cast(1 as decimal(5, 4)) as match_probability,
        cast(null as {{ dbt.type_string() }}) as leaving_record_key,
        valid_from,
        valid_to,
    from {{ ref('int_customer__past_value') }}
    where attribute = 'merged into'
    union all
    select
        decided.record_key,
        decided.other_record_key,
        case decided.verdict when 'same' then 'steward' else 'apart' end as kind,
        'steward decision' as match_rule,
        decided.decision_id as evidence,
        'D' as evidence_grade,
        cast(1 as decimal(5, 4)) as match_probability,
        min(leaver.record_key) as leaving_record_key,
        decided.valid_from,
        decided.valid_to,
    from {{ ref('int_customer__decided_interval') }} as decided
    left join {{ ref('int_customer__decision') }} as leaver
        on
            decided.decision_id = leaver.decision_id
            and leaver.record_key in (decided.record_key, decided.other_record_key)
            and leaver.action = 'split'
            and leaver.part = 'a'
    group by
        decided.record_key, decided.other_record_key, decided.verdict, decided.decision_id,
        decided.valid_from, decided.valid_to
)

select * from final
