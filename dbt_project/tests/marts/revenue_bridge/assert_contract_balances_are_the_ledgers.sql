-- Money of a balance that no contract and no rest holds would be in nobody's list: in every month
-- the contracts of a cell add up to the ledger's balances.
with balance as (select * from {{ ref('rpt_contract_balance') }}),

receivable_line as (
    select * from {{ ref('int_erp__ledger_line') }}
    where is_posting and account_class = 'receivable'
),

month as (
    select
        entity,
        currency,
        period
    from balance
    group by entity, currency, period
),

part as (
    select
        entity,
        currency,
        period,
        ledger_receivable as receivable,
        ledger_contract_liability as liability,
        ledger_contract_asset as asset
    from balance
    union all
    select
        entity,
        currency,
        period,
        0 as receivable,
        -ledger_balance as liability,
        0 as asset
    from {{ ref('rpt_deferred_rollforward') }}
    union all
    select
        entity,
        currency,
        period,
        0 as receivable,
        0 as liability,
        -ledger_balance as asset
    from {{ ref('rpt_contract_asset_rollforward') }}
    union all
    select
        receivable_line.entity,
        receivable_line.currency,
        month.period,
        sum(receivable_line.amount) as receivable,
        0 as liability,
        0 as asset
    from receivable_line
    inner join month
        on
            receivable_line.entity = month.entity
            and receivable_line.currency = month.currency
            and receivable_line.period <= month.period
    group by receivable_line.entity, receivable_line.currency, month.period
)

select
    entity,
    currency,
    period,
    sum(receivable) as receivable_difference,
    sum(liability) as liability_difference,
    sum(asset) as asset_difference
from part
group by entity, currency, period
having sum(receivable) <> 0 or sum(liability) <> 0 or sum(asset) <> 0
