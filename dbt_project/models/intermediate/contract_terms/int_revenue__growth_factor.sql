-- one row per interest rate of the contract terms, way of compounding and number of months: what 1
-- grows to, in whole numbers (1 is 10^15)
{%- set wide = type_wide_integer() %}
with recursive financing as (
    select * from {{ source('definitions', 'contract_financing') }}
),

payment as (select * from {{ source('definitions', 'contract_payment') }}),

-- from the first payment, or the transfer, to the last
contract as (
    select
        financing.annual_rate,
        financing.compounding,
        least(
            min({{ month_number('payment.due_on') }}),
            {{ month_number('financing.transfer_on') }}
        ) as first_month,
        greatest(
            max({{ month_number('payment.due_on') }}),
            {{ month_number('financing.recognised_on') }}
        ) as last_month
    from financing
    inner join payment
        on
            financing.erp_system = payment.erp_system
            and financing.contract = payment.contract
    group by
        financing.erp_system, financing.contract, financing.annual_rate, financing.compounding,
        financing.transfer_on, financing.recognised_on
),

rate as (
    select
        annual_rate,
        compounding,
        cast({{ hundred_millionths('annual_rate') }} as {{ wide }}) as rate_units,
        max(last_month - first_month) as last_month
    from contract
    group by annual_rate, compounding
),

grown as (
    select
        annual_rate,
        compounding,
        rate_units,
        last_month,
        cast(0 as integer) as months,
        cast({{ growth_unit() }} as {{ wide }}) as growth,
        -- what interest is counted on: grown by the month, or by the year
        cast({{ growth_unit() }} as {{ wide }}) as base
    from rate
    union all
    select
        annual_rate,
        compounding,
        rate_units,
        last_month,
        months + 1 as months,
        {{ scale_whole(
            'base', '(1200000000 + rate_units * case compounding '
            ~ "when 'yearly' then months % 12 + 1 else 1 end)", '1200000000', 1
        ) }} as growth,
        case
            when compounding = 'yearly' and (months + 1) % 12 <> 0 then base
            else {{ scale_whole(
                'base', '(1200000000 + rate_units * case compounding '
                ~ "when 'yearly' then 12 else 1 end)", '1200000000', 1
            ) }}
        end as base
    from grown
    where months < last_month
),

final as (
    select
        annual_rate,
        compounding,
        months,
        growth
    from grown
)

select * from final
