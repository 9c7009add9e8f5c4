-- one row per decision of a steward and two records that it joins or keeps apart
with

decision as (
    select * from {{ ref('int_customer__decision') }}
    where
        record_exists
        and action in ('confirm', 'reject', 'merge', 'split')
),

-- a record named by its short and by its full id is one record
decided_record as (
    select * exclude (stated_first)
    from (
        select
            decision.*,
            row_number() over (
                partition by decision.decision_id, decision.part, decision.record_key
                order by decision.stated_record_id
            ) as stated_first,
        from decision
    ) as stated
    where stated_first = 1
),

final as (
    select
        one.decision_id,
        least(one.record_key, other.record_key) as record_key,
        greatest(one.record_key, other.record_key) as other_record_key,
        case when one.action in ('confirm', 'merge') then 'same' else 'different' end as verdict,
        one.action,
        one.is_known,
        one.is_in_force,
        one.effective_from,
        one.expires_on,
        one.decided_on,
        one.owner,
        one.reason,
    from decided_record as one
    inner join decided_record as other
        on
            one.decision_id = other.decision_id
            and one.record_key <> other.record_key
            and case
                when one.action = 'split' then one.part = 'a' and other.part = 'b'
                else one.record_key < other.record_key
            end
)

select * from final
