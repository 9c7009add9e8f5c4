-- A difference between a contract and the ledger that nobody can explain would be the one that
-- matters: up to every month, a contract's balance differs from the ledger's by the causes of its
-- schedule's differences and by journals and bills beside its schedule, and by nothing else.
{{ config(severity='warn') }}
with movement as (
    select
        contract_id,
        entity,
        currency,
        period,
        amount
    from {{ ref('rpt_schedule_difference') }}
    union all
    -- interest by the contract's terms and as posted, and what else the accounts have
    select
        contract_id,
        entity,
        currency,
        period,
        interest as amount
    from {{ ref('int_revenue__contract_movement') }}
    union all
    select
        contract_id,
        entity,
        currency,
        period,
        case balance when 'contract_asset' then -1 else 1 end
        * case
            when kind = 'ledger' then -amount
            when kind in ('recognised', 'modified', 'fx', 'moved') then amount
            else 0
        end as amount
    from {{ ref('int_revenue__balance_movement') }}
    union all
    -- a bill fills the balance of its obligation's own entity
    select
        contract_id,
        entity,
        currency,
        period,
        amount
    from {{ ref('int_revenue__bill_contract') }}
    where not is_posted_revenue
),

explained as (
    select
        contract_id,
        entity,
        currency,
        period,
        sum(sum(amount)) over (
            partition by contract_id, entity, currency order by period
            rows between unbounded preceding and current row
        ) as amount
    from movement
    group by contract_id, entity, currency, period
),

balance as (
    select
        contract_id,
        entity,
        currency,
        period,
        sum(balance_difference) as balance_difference
    from {{ ref('rpt_contract_balance') }}
    where contract_id <> ''
    group by contract_id, entity, currency, period
)

select
    balance.*,
    explained.amount as explained_amount
from balance
inner join explained
    on
        balance.contract_id = explained.contract_id
        and balance.entity = explained.entity
        and balance.currency = explained.currency
        and balance.period = explained.period
where balance.balance_difference <> explained.amount
