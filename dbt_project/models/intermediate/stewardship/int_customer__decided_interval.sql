-- one row per two records and span of time for which a steward's decision says what they are
with

decision as (
    select * from {{ ref('int_customer__decision') }}
    where
        is_known and record_exists
        and action in ('confirm', 'reject', 'merge', 'split')
),

pair as (
    select
        least(one.record_key, other.record_key) as record_key,
        greatest(one.record_key, other.record_key) as other_record_key,
        case when one.action in ('confirm', 'merge') then 'same' else 'different' end as verdict,
        one.decision_id,
        one.action,
        one.effective_from,
        one.expires_on,
        one.decided_on,
        one.owner,
        one.reason,
    from decision as one
    inner join decision as other
        on
            one.decision_id = other.decision_id
            and one.record_key <> other.record_key
            and case
                when one.action = 'split' then one.part = 'a' and other.part = 'b'
                else one.record_key < other.record_key
            end
),

change_date as (
    select
        record_key,
        other_record_key,
        effective_from as valid_from,
    from pair
    union
    select
        record_key,
        other_record_key,
        expires_on as valid_from,
    from pair
),

span as (
    select
        change_date.*,
        lead(change_date.valid_from) over (
            partition by change_date.record_key, change_date.other_record_key
            order by change_date.valid_from
        ) as valid_to,
    from change_date
),

-- of the decisions that hold during a span the latest wins
ruled as (
    select
        pair.* exclude (effective_from, expires_on),
        span.valid_from,
        span.valid_to,
        row_number() over (
            partition by span.record_key, span.other_record_key, span.valid_from
            order by pair.decided_on desc, pair.decision_id desc
        ) as latest_first,
    from span
    inner join pair
        on
            span.record_key = pair.record_key
            and span.other_record_key = pair.other_record_key
            and span.valid_from >= pair.effective_from
            and span.valid_to <= pair.expires_on
),

-- neighbouring spans under one decision are one
island as (
    select
        ruled.* exclude (latest_first),
        row_number() over (
            partition by ruled.record_key, ruled.other_record_key order by ruled.valid_from
        ) - row_number() over (
            partition by ruled.record_key, ruled.other_record_key, ruled.decision_id
            order by ruled.valid_from
        ) as island,
    from ruled
    where ruled.latest_first = 1
),

final as (
    select
        record_key,
        other_record_key,
        verdict,
        decision_id,
        action,
        cast(min(valid_from) as date) as valid_from,
        cast(max(valid_to) as date) as valid_to,
        owner,
        reason,
        decided_on,
    from island
    group by
        record_key, other_record_key, verdict, decision_id, action, owner, reason, decided_on,
        island
)

select * from final
