-- one row per contract, entity, currency and month in which one of its balances moved or was open
{%- set contract = ['erp_system', 'contract_id', 'entity', 'currency'] %}
{%- set measures = [
    'billed', 'interest', 'recognised', 'receivable', 'ledger_receivable', 'ledger_liability',
    'ledger_asset'
] %}
with movement as (select * from {{ ref('int_revenue__contract_movement') }}),

term as (select * from {{ source('definitions', 'contract_cancellable') }}),

contract_name as (select * from {{ ref('int_revenue__contract_name') }}),

document as (select * from {{ ref('int_erp__document') }}),

closed_period as (
    select
        erp_system,
        period
    from {{ ref('int_erp__period') }}
    where is_closed and not is_adjustment
    group by erp_system, period
),

span as (
    select
        min(period) as first_period,
        {{ last_balance_period() }} as last_period
    from movement
),

day as (
    {{ date_spine_rows('(select first_period from span)', '(select last_period from span)') }}
),

month as (
    select calendar_date as period
    from day
    where calendar_date = {{ month_start('calendar_date') }}
),

-- balances hold from one movement to the next, or to the end
running as (
    select
        {%- for measure in measures %}
        sum({{ measure }}) over (
            partition by {{ contract | join(', ') }} order by period
            rows between unbounded preceding and current row
        ) as {{ measure }},
        {%- endfor %}
        {{ contract | join(', ') }},
        period,
        lead(period) over (partition by {{ contract | join(', ') }} order by period) as next_period
    from movement
),

monthly as (
    select
        running.* exclude (period, next_period),
        month.period
    from running
    inner join month
        on
            running.period <= month.period
            and (running.next_period is null or running.next_period > month.period)
    where
        running.period = month.period
        or running.billed + running.interest <> running.recognised
        or running.receivable <> 0
        or running.ledger_receivable <> 0
        or running.ledger_liability <> 0
        or running.ledger_asset <> 0
),

-- months on whose last day the customer may leave
cancellable as (
    select
        contract_name.erp_system,
        contract_name.contract_id,
        month.period
    from term
    inner join contract_name
        on
            term.erp_system = contract_name.erp_system
            and term.contract = contract_name.contract_name
    inner join month
        on {{ holds_on('term', add_days(next_month_start('month.period'), -1)) }}
    group by contract_name.erp_system, contract_name.contract_id, month.period
),

-- a customer who may leave without penalty owes nothing, and nothing is owed to them, before they
-- pay or are served
presented as (
    select
        positioned.*,
        cancellable.contract_id is not null as is_cancellable,
        case
            when cancellable.contract_id is not null
                then greatest(least(positioned.receivable, positioned.position), 0)
            else 0
        end as not_presented
    from (
        select
            *,
            billed + interest - recognised as position
        from monthly
    ) as positioned
    left join cancellable
        on
            positioned.erp_system = cancellable.erp_system
            and positioned.contract_id = cancellable.contract_id
            and positioned.period = cancellable.period
),

final as (
    select
        presented.erp_system,
        presented.contract_id,
        document.document_number as contract_number,
        document.erp_customer_id,
        presented.entity,
        presented.currency,
        presented.period,
        closed_period.period is not null as is_closed,
        {%- for column, expression in [
            ('billed_to_date', 'presented.billed'),
            ('interest_to_date', 'presented.interest'),
            ('recognised_to_date', 'presented.recognised'),
            ('receivable', 'presented.receivable - presented.not_presented'),
            ('contract_asset', 'case when position < 0 then -position else 0 end'),
            ('contract_liability',
             'case when position > 0 then position else 0 end - presented.not_presented'),
            ('not_presented', 'presented.not_presented'),
            ('ledger_receivable', 'presented.ledger_receivable'),
            ('ledger_contract_asset', 'presented.ledger_asset'),
            ('ledger_contract_liability', 'presented.ledger_liability'),
            ('receivable_difference', 'presented.receivable - presented.ledger_receivable'),
            ('balance_difference',
             'position - (presented.ledger_liability - presented.ledger_asset)'),
        ] %}
        cast({{ expression }} as decimal(28, 4)) as {{ column }},
        {%- endfor %}
        presented.is_cancellable
    from presented
    left join document
        on
            presented.erp_system = document.erp_system
            and presented.contract_id = document.document_id
    left join closed_period
        on
            presented.erp_system = closed_period.erp_system
            and presented.period = closed_period.period
)

select * from final
