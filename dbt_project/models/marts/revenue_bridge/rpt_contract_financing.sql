-- one row per contract with a significant financing component and month in which its balance moved
with financed_payment as (select * from {{ ref('int_revenue__financed_payment') }}),

interest as (select * from {{ ref('int_revenue__interest') }}),

obligation as (
    select
        erp_system,
        contract_id,
        min(entity) as entity,
        min(currency) as currency,
        min(minor_unit) as minor_unit
    from {{ ref('int_revenue__stated_obligation') }}
    where obligation_source = 'element'
    group by erp_system, contract_id
),

payment as (
    select
        payment.*,
        obligation.entity,
        obligation.currency,
        obligation.minor_unit
    from financed_payment as payment
    inner join obligation
        on
            payment.erp_system = obligation.erp_system
            and payment.contract_id = obligation.contract_id
),

-- what was paid before is worth, on the transfer, its interest more, what is paid later so much
-- less
valued as (
    select
        erp_system,
        contract_id,
        minor_unit,
        is_advance,
        max(case when is_advance then transfer_on else recognised_on end) as valued_on,
        sum(amount) as amount,
        sum(interest_units) as interest_units,
        sum(sum(interest_units)) over (partition by erp_system, contract_id) as contract_units
    from payment
    group by erp_system, contract_id, minor_unit, is_advance
),

transferred as (
    select
        erp_system,
        contract_id,
        {{ month_start('valued_on') }} as period,
        amount + {{ from_minor(
            'case when is_advance then '
            ~ minor_from_hundred_millionths('interest_units', 'minor_unit') ~ ' else '
            ~ minor_from_hundred_millionths('contract_units', 'minor_unit') ~ ' - '
            ~ minor_from_hundred_millionths('(contract_units - interest_units)', 'minor_unit')
            ~ ' end',
            'minor_unit'
        ) }} as amount
    from valued
),

movement as (
    select
        erp_system,
        contract_id,
        {{ month_start('due_on') }} as period,
        -amount as paid,
        0 as interest,
        0 as transferred
    from payment
    union all
    select
        erp_system,
        contract_id,
        period,
        0 as paid,
        -amount as interest,
        0 as transferred
    from interest
    union all
    select
        erp_system,
        contract_id,
        period,
        0 as paid,
        0 as interest,
        amount as transferred
    from transferred
),

monthly as (
    select
        erp_system,
        contract_id,
        period,
        sum(paid) as paid,
        sum(interest) as interest,
        sum(transferred) as transferred
    from movement
    group by erp_system, contract_id, period
),

running as (
    select
        *,
        sum(paid + interest + transferred) over (
            partition by erp_system, contract_id order by period
            rows between unbounded preceding and current row
        ) as closing
    from monthly
),

final as (
    select
        running.erp_system,
        running.contract_id,
        obligation.entity,
        obligation.currency,
        running.period,
        {{ money('running.closing - running.paid - running.interest - running.transferred') }}
            as opening,
        {{ money('running.transferred') }} as transferred,
        {{ money('running.interest') }} as interest,
        {{ money('running.paid') }} as paid,
        {{ money('running.closing') }} as closing
    from running
    left join obligation
        on
            running.erp_system = obligation.erp_system
            and running.contract_id = obligation.contract_id
)

select * from final
