-- one row per definition set and accounting month in which any fact of legs 1 to 4 falls
with order_line as (
    select period from {{ ref('int_erp__order_line') }}
    group by period
),

billing_line as (
    select period from {{ ref('int_erp__billing_line') }}
    group by period
),

ledger_line as (
    select period from {{ ref('int_erp__ledger_line') }}
    group by period
),

payment_application as (
    select period from {{ ref('int_erp__payment_application') }}
    group by period
),

pending_credit as (
    select period from {{ ref('int_bridge__pending_credit') }}
    group by period
),

revenue_plan_line as (
    select period from {{ ref('int_revenue__plan_line') }}
    group by period
),

definition_setting as (
    select * from {{ source('definitions', 'definition_setting') }}
),

month as (
    select period from order_line
    union
    select period from billing_line
    union
    select period from ledger_line
    union
    select period from payment_application
    union
    select period from pending_credit
    union
    select period from revenue_plan_line
),

-- the setting valid on the month's first day; before the first one is valid, the first one
candidate as (
    select
        setting.definition_id,
        month.period,
        setting.revenue_event,
        setting.net_pending,
        setting.rounding_tolerance_minor_units,
        setting.fiscal_year_start_month,
        row_number() over (
            partition by setting.definition_id, month.period
            order by
                case when setting.valid_from <= month.period then 0 else 1 end,
                case when setting.valid_from <= month.period then setting.valid_from end desc,
                setting.valid_from
        ) as preference
    from month
    cross join definition_setting as setting
    where month.period is not null
),

final as (
    select
        definition_id,
        period,
        revenue_event,
        net_pending,
        rounding_tolerance_minor_units,
        {{ fiscal_quarter('period', 'fiscal_year_start_month') }} as fiscal_quarter
    from candidate
    where preference = 1
)

select * from final
