-- one row per performance obligation of a contract with a significant financing component and
-- month: interest, as what it adds to revenue beyond billings (paid early) or takes from it (late)
with financed_payment as (select * from {{ ref('int_revenue__financed_payment') }}),

growth_factor as (select * from {{ ref('int_revenue__growth_factor') }}),

contract as (
    select
        erp_system,
        contract_id,
        min(from_month) as first_month,
        max(to_month) as last_month
    from financed_payment
    group by erp_system, contract_id
),

-- one number per month: the months that the growth factors count
month_count as (
    select months
    from growth_factor
    group by months
),

contract_month as (
    select
        contract.erp_system,
        contract.contract_id,
        contract.first_month + month_count.months as month
    from contract
    inner join month_count
        on contract.last_month - contract.first_month >= month_count.months
),

-- interest of each payment from its beginning to the end of the month
accrued as (
    select
        contract_month.erp_system,
        contract_month.contract_id,
        contract_month.month,
        case
            when contract_month.month < payment.from_month then 0
            when contract_month.month >= payment.to_month then payment.interest_units
            else {{ scale_whole(
                'payment.interest_units',
                '(growth_factor.growth - payment.growth_from)',
                '(payment.growth_to - payment.growth_from)',
                1
            ) }}
        end as interest_units
    from contract_month
    inner join financed_payment as payment
        on
            contract_month.erp_system = payment.erp_system
            and contract_month.contract_id = payment.contract_id
    left join growth_factor
        on
            payment.annual_rate = growth_factor.annual_rate
            and payment.compounding = growth_factor.compounding
            and contract_month.month - payment.base_month = growth_factor.months
),

summed as (
    select
        erp_system,
        contract_id,
        month,
        sum(interest_units) as interest_units
    from accrued
    group by erp_system, contract_id, month
),

-- shares of what has run up so far, so that the months of an obligation add up to its adjustment
{{ interest_shares('summed', ['erp_system', 'contract_id', 'month']) }},

moved as (
    select
        *,
        share_units - coalesce(
            lag(share_units) over (
                partition by erp_system, obligation_id order by month
            ),
            0
        ) as month_units
    from divided
),

final as (
    select
        erp_system,
        obligation_id,
        contract_id,
        entity,
        currency,
        {{ month_of_number('month') }} as period,
        {{ from_minor('month_units', 'minor_unit') }} as amount
    from moved
    where month_units <> 0
)

select * from final
