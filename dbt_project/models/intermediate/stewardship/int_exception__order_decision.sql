-- one row per steward's decision about an order, or part of it, that needs a person, and currency
with

decision as (
    select * from {{ ref('int_order_link__decision') }}
),

decision_line as (
    select * from {{ ref('int_order_link__decision_line') }}
),

pair as (
    select * from {{ ref('int_order_link__decision_pair') }}
),

decided_pair as (
    select * from {{ ref('int_order_link__decided_pair') }}
),

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
),

named_deal as (
    select
        decision_id,
        source_system as crm_system,
        record_id as opportunity_id,
    from decision
    where record_type = 'opportunity' and record_exists
    union
    select
        decision_id,
        crm_system,
        opportunity_id,
    from decision_line
    where opportunity_line_exists
),

sold as (
    select
        named_deal.decision_id,
        opportunity.currency,
        sum(opportunity.amount) as amount,
    from named_deal
    inner join opportunity
        on
            named_deal.crm_system = opportunity.crm_system
            and named_deal.opportunity_id = opportunity.opportunity_id
    group by named_deal.decision_id, opportunity.currency
),

-- a decision whose pairs have all been decided anew needs nobody
superseded as (
    select pair.decision_id
    from pair
    left join decided_pair
        on
            pair.erp_system = decided_pair.erp_system
            and pair.order_id = decided_pair.order_id
            and pair.crm_system = decided_pair.crm_system
            and pair.opportunity_id = decided_pair.opportunity_id
            and pair.decision_id <> decided_pair.decision_id
    group by pair.decision_id
    having count(*) = count(decided_pair.decision_id)
),

stale as (
    select
        'steward_decision_stale' as exception_type,
        decision_id,
        decision_id || '/' || source_system || ':' || stated_record_id as source_key,
        case
            when record_exists
                then 'Deal ' || source_system || ':' || record_id || ' was deleted: delete the '
            else
                'No ' || record_type || ' ' || source_system || ':' || stated_record_id
                || ' was ever landed, or several could be meant: correct the id in ' || file
                || ', or delete the '
        end || 'decision' as detail,
    from decision
    where is_in_force and (is_deleted or not record_exists)
),

stale_line as (
    select
        'steward_decision_stale' as exception_type,
        decision_id,
        decision_id || '/' || order_line_id || '/' || crm_system || ':' || opportunity_line_id
            as source_key,
        case
            when not order_line_exists then 'Order ' || order_id || ' has no line ' || order_line_id
            when not opportunity_line_exists
                then 'No line of a deal is ' || crm_system || ':' || opportunity_line_id
            else 'Line ' || crm_system || ':' || opportunity_line_id || ' was deleted'
        end || ': correct ' || file || ', or delete the decision' as detail,
    from decision_line
    where is_in_force and (is_deleted or not order_line_exists or not opportunity_line_exists)
),

dated as (
    select
        case
            when decision.is_known then 'steward_decision_expiring'
            else 'steward_decision_not_yet'
        end as exception_type,
        decision.decision_id,
        decision.decision_id as source_key,
        case
            when not decision.is_known
                then
                    'Decided on ' || cast(decision.decided_on as {{ dbt.type_string() }})
                    || ', after the business date of this run: a later run applies it'
            else
                case when decision.is_in_force then 'Expires on ' else 'Has expired on ' end
                || cast(decision.expires_on as {{ dbt.type_string() }})
                || ': look again, then move expires_on in ' || decision.file
                || ' or delete the decision'
        end as detail,
    from decision
    left join superseded on decision.decision_id = superseded.decision_id
    where
        not decision.is_known
        or (
            decision.expires_on <= {{ add_days('cast(' ~ as_of() ~ ' as date)', 30) }}
            and superseded.decision_id is null
        )
    group by
        decision.decision_id, decision.is_known, decision.is_in_force, decision.decided_on,
        decision.expires_on, decision.file
),

problem as (
    select * from stale
    union all
    select * from stale_line
    union all
    select * from dated
    union all
    select
        'steward_decision_contradicted' as exception_type,
        decision_id,
        decision_id || '/' || subject as source_key,
        detail,
    from {{ ref('int_order_link__decision_contradiction') }}
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
        cast(sold.amount as decimal(28, 4)) as amount,
        sold.currency,
        described.owner as owner_id,
        problem.detail,
    from problem
    inner join described on problem.decision_id = described.decision_id
    left join sold on problem.decision_id = sold.decision_id
)

select * from final
