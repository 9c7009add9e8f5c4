-- one row per revenue policy, performance obligation and version of what was agreed for it
with obligation as (select * from {{ ref('int_revenue__obligation') }}),

policy as (
    select policy_id from {{ source('definitions', 'definition_set') }}
    group by policy_id
),

-- a term beyond fifty years is a wrong date, not a service
served as (
    select
        *,
        coalesce(
            start_date <= end_date and end_date <= {{ add_days('start_date', 18300) }}, false
        ) as is_served
    from obligation
),

final as (
    select
        policy.policy_id,
        served.erp_system,
        served.obligation_id,
        1 as version_number,
        served.start_date as effective_on,
        cast(null as date) as until_date,
        'agreed' as treatment,
        case
            when not served.is_served then 'none'
            when served.recognition_rule like '%day%' then 'straight_line_day'
            when served.recognition_rule like '%even%' or served.recognition_rule like '%month%'
                then 'straight_line_month'
            when
                served.start_date = {{ month_start('served.start_date') }}
                and {{ add_days('served.end_date', 1) }}
                = {{ month_start(add_days('served.end_date', 1)) }}
                then 'straight_line_month'
            else 'straight_line_day'
        end as recognition,
        served.start_date,
        served.end_date,
        served.amount,
        cast(0 as decimal(28, 4)) as recognised_before,
        served.entity,
        served.currency,
        served.minor_unit
    from served
    cross join policy
)

select * from final
