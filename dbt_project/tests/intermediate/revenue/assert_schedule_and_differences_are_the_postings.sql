-- What our schedule recognises, with every difference that is named, is what the ledger posted for
-- the obligation, cell by cell: a difference without a cause, or with two, would show.
{%- set cell = ['policy_id', 'erp_system', 'obligation_id', 'entity', 'currency', 'period'] %}
with policy as (
    select policy_id from {{ source('definitions', 'definition_set') }}
    group by policy_id
),

posted as (
    select
        erp_system,
        obligation_id,
        posted_entity as entity,
        posted_currency as currency,
        posted_period as period,
        posted_amount as amount
    from {{ ref('int_revenue__plan_posting') }}
    union all
    select
        erp_system,
        obligation_id,
        posted_entity as entity,
        currency,
        period,
        amount
    from {{ ref('int_revenue__unplanned_posting') }}
),

measured as (
    select {{ cell | join(', ') }}, amount
    from {{ ref('int_revenue__recognition') }}
    where kind <> 'financing'
    union all
    select {{ cell | join(', ') }}, amount
    from {{ ref('int_revenue__schedule_difference') }}
    union all
    select {{ cell | join(', ') }}, -amount as amount
    from {{ ref('int_revenue__billed') }}
    where is_posted_revenue
    union all
    select policy.policy_id, posted.* exclude (amount), -posted.amount as amount
    from posted
    cross join policy
)

select
    {{ cell | join(', ') }},
    sum(amount) as difference
from measured
group by {{ cell | join(', ') }}
having sum(amount) <> 0
