-- one row per payment of a contract with a significant financing component: what its waiting costs,
-- and from when to when; a contract counts once, under the first of its names
with financing as (select * from {{ source('definitions', 'contract_financing') }}),

payment as (select * from {{ source('definitions', 'contract_payment') }}),

contract_name as (select * from {{ ref('int_revenue__contract_name') }}),

growth_factor as (select * from {{ ref('int_revenue__growth_factor') }}),

contract as (
    select
        financing.*,
        contract_name.contract_id,
        row_number() over (
            partition by contract_name.erp_system, contract_name.contract_id
            order by financing.contract
        ) as preference
    from financing
    inner join contract_name
        on
            financing.erp_system = contract_name.erp_system
            and financing.contract = contract_name.contract_name
            and contract_name.contract_id is not null
),

dated as (
    select
        contract.erp_system,
        contract.contract_id,
        contract.annual_rate,
        contract.compounding,
        contract.transfer_on,
        contract.recognised_on,
        payment.payment_number,
        payment.due_on,
        payment.amount,
        {{ hundred_millionths('payment.amount') }} as amount_units,
        payment.due_on < contract.transfer_on as is_advance,
        {{ month_number('payment.due_on') }} as due_month,
        {{ month_number('contract.transfer_on') }} as transfer_month,
        {{ month_number('contract.recognised_on') }} as recognised_month
    from contract
    inner join payment
        on contract.erp_system = payment.erp_system and contract.contract = payment.contract
    where contract.preference = 1
),

-- money paid early waits for the transfer, money paid late waits after it
spanned as (
    select
        *,
        case when is_advance then due_month else transfer_month end as base_month,
        case when is_advance then due_month else recognised_month end as from_month,
        case
            when is_advance then transfer_month
            when due_month < recognised_month then recognised_month
            else due_month
        end as to_month
    from dated
),

priced as (
    select
        spanned.*,
        growth_from.growth as growth_from,
        growth_to.growth as growth_to,
        case
            when spanned.is_advance
                then {{ scale_whole('spanned.amount_units', 'waited.growth', growth_unit(), 1) }}
            else {{ scale_whole('spanned.amount_units', growth_unit(), 'waited.growth', 1) }}
        end as value_units
    from spanned
    left join growth_factor as waited
        on
            spanned.annual_rate = waited.annual_rate
            and spanned.compounding = waited.compounding
            and abs(spanned.due_month - spanned.transfer_month) = waited.months
    left join growth_factor as growth_from
        on
            spanned.annual_rate = growth_from.annual_rate
            and spanned.compounding = growth_from.compounding
            and spanned.from_month - spanned.base_month = growth_from.months
    left join growth_factor as growth_to
        on
            spanned.annual_rate = growth_to.annual_rate
            and spanned.compounding = growth_to.compounding
            and spanned.to_month - spanned.base_month = growth_to.months
),

final as (
    select
        *,
        -- what revenue is above (paid early) or below (paid late) what is paid
        value_units - amount_units as interest_units
    from priced
)

select * from final
