-- one row per steward's decision, or pair of records of it, that needs a person, and currency
with

decision as (
    select * from {{ ref('int_customer__decision') }}
),

pair as (
    select * from {{ ref('int_customer__decision_pair') }}
),

decided_pair as (
    select * from {{ ref('int_customer__decided_pair') }}
),

change as (
    select * from {{ ref('int_golden__field_change') }}
    where requires_review
),

contradiction as (
    select * from {{ ref('int_customer__decision_contradiction') }}
),

won as (
    select
        decision.decision_id,
        won_amount.currency,
        sum(won_amount.amount) as amount,
    from {{ ref('int_customer__won_amount') }} as won_amount
    inner join decision
        on
            decision.record_type = 'account'
            and won_amount.crm_system = decision.source_system
            and won_amount.account_id = decision.record_id
    group by decision.decision_id, won_amount.currency
),

-- a decision whose pairs have all been decided anew needs nobody
superseded as (
    select pair.decision_id
    from pair
    left join decided_pair
        on
            pair.record_key = decided_pair.record_key
            and pair.other_record_key = decided_pair.other_record_key
            and pair.decision_id <> decided_pair.decision_id
    group by pair.decision_id
    having count(*) = count(decided_pair.decision_id)
),

stale as (
    select
        'steward_decision_stale' as exception_type,
        decision_id,
        decision_id || '/' || record_key as source_key,
        'No ' || record_type || ' ' || source_system || ':' || stated_record_id
        || ' was ever landed: correct the id in ' || file || ', or delete the decision' as detail,
    from decision
    where is_in_force and not record_exists
),

-- it would decide nothing, and whoever wrote it thinks that it did
about_no_change as (
    select
        'steward_decision_stale' as exception_type,
        decision.decision_id,
        decision.decision_id || '/' || decision.field as source_key,
        'No change of ' || decision.field || ' of ' || decision.record_key || ' to "'
        || decision.value || '" was under review by '
        || cast(decision.decided_on as {{ dbt.type_string() }})
        || ': correct field, value or day in ' || decision.file || ', or delete the decision'
            as detail,
    from decision
    left join change
        on
            decision.source_system = change.source_system
            and decision.record_type = change.record_type
            and decision.record_id = change.record_id
            and decision.field = change.field
            and decision.value = coalesce(change.new_value, '')
            and decision.decided_on >= cast(change.changed_at as date)
    where
        decision.is_in_force
        and decision.record_exists
        and decision.action in ('accept_change', 'refuse_change')
        and change.record_id is null
),

not_yet as (
    select
        'steward_decision_not_yet' as exception_type,
        decision_id,
        decision_id as source_key,
        'Decided on ' || cast(decided_on as {{ dbt.type_string() }})
        || ', after the business date of this run: a later run applies it' as detail,
    from decision
    where not is_known
    group by decision_id, decided_on
),

expiring as (
    select
        'steward_decision_expiring' as exception_type,
        decision.decision_id,
        decision.decision_id as source_key,
        case when decision.is_in_force then 'Expires on ' else 'Has expired on ' end
        || cast(decision.expires_on as {{ dbt.type_string() }})
        || ': look again, then move expires_on in ' || decision.file || ' or delete the decision'
            as detail,
    from decision
    left join superseded on decision.decision_id = superseded.decision_id
    where
        decision.is_known
        and decision.expires_on <= {{ add_days('cast(' ~ as_of() ~ ' as date)', 30) }}
        and superseded.decision_id is null
    group by
        decision.decision_id, decision.expires_on, decision.is_in_force, decision.file
),

problem as (
    select * from stale
    union all
    select * from about_no_change
    union all
    select * from not_yet
    union all
    select * from expiring
    union all
    select
        'steward_decision_contradicted' as exception_type,
        decision_id,
        decision_id || '/' || record_key || '/' || other_record_key as source_key,
        detail,
    from contradiction
),

described as (
    select
        decision_id,
        max(source_system) as source_system,
        min(owner) as owner,
    from decision
    group by decision_id
),

final as (
    select
        problem.exception_type,
        described.source_system as system,
        'steward_decision' as object,
        problem.source_key,
        won.amount,
        won.currency,
        described.owner as owner_id,
        problem.detail,
    from problem
    inner join described on problem.decision_id = described.decision_id
    left join won on problem.decision_id = won.decision_id
)

select * from final
