-- one row per two records and span of time for which a steward's decision says what they are
with

pair as (
    select * from {{ ref('int_customer__decision_pair') }}
    where is_known
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
        pair.* exclude (effective_from, expires_on, is_known, is_in_force),
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
