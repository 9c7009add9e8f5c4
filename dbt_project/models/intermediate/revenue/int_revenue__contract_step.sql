-- one row per revenue policy, contract and modification of it, numbered in time: how the terms
-- treat all of it (null: part by part); where no terms are stated, each change the policy judges
with change as (select * from {{ ref('int_revenue__contract_change') }}),

contract_name as (select * from {{ ref('int_revenue__contract_name') }}),

policy as (
    {{ revenue_policies() }}
),

term as (
    select
        contract_name.erp_system,
        contract_name.contract_id,
        modification.effective_on,
        modification.treatment,
        modification.is_mixed
    from {{ source('definitions', 'contract_modification') }} as modification
    inner join contract_name
        on
            modification.erp_system = contract_name.erp_system
            and modification.contract = contract_name.contract_name
),

step as (
    select
        policy.policy_id,
        term.erp_system,
        term.contract_id,
        term.effective_on,
        max(case when not term.is_mixed then term.treatment end) as treatment
    from term
    cross join policy
    group by policy.policy_id, term.erp_system, term.contract_id, term.effective_on
    union all
    select
        change.policy_id,
        change.erp_system,
        change.contract_id,
        change.changed_on as effective_on,
        null as treatment
    from change
    left join term
        on change.erp_system = term.erp_system and change.contract_id = term.contract_id
    where change.is_distinct is not null and term.contract_id is null
    group by change.policy_id, change.erp_system, change.contract_id, change.changed_on
),

final as (
    select
        *,
        row_number() over (
            partition by policy_id, erp_system, contract_id order by effective_on
        ) as step
    from step
)

select * from final
