-- one row per revenue policy and performance obligation as first agreed: the measure by which its
-- price becomes revenue, its dates, and where it begins and ends in that measure
with policy_obligation as (select * from {{ ref('int_revenue__policy_obligation') }}),

-- a term beyond fifty years is a wrong date, not a service
dated as (
    select
        *,
        coalesce(
            start_date <= end_date and end_date <= {{ add_days('start_date', 18300) }}, false
        ) as is_served
    from policy_obligation
),

free as (
    select * from dated
    where is_served and amount = 0 and sales_amount = 0
),

-- months given free before or after what is paid, of the same item of the same contract
spread as (
    select
        dated.policy_id,
        dated.erp_system,
        dated.obligation_id,
        min(free.start_date) as start_date,
        max(free.end_date) as end_date
    from dated
    inner join free
        on
            {{ same_keys(
                'dated', 'free', ['policy_id', 'erp_system', 'contract_id', 'entity', 'currency', 'item_id']
            ) }}
            and (
                dated.start_date = {{ add_days('free.end_date', 1) }}
                or free.start_date = {{ add_days('dated.end_date', 1) }}
            )
    where dated.free_months = 'spread' and dated.is_served and dated.amount <> 0
    group by dated.policy_id, dated.erp_system, dated.obligation_id
),

served as (
    select
        dated.* exclude (start_date, end_date),
        case
            when spread.start_date < dated.start_date then spread.start_date
            else dated.start_date
        end as start_date,
        case
            when spread.end_date > dated.end_date then spread.end_date
            else dated.end_date
        end as end_date
    from dated
    left join spread
        on {{ same_keys('dated', 'spread', ['policy_id', 'erp_system', 'obligation_id']) }}
),

measured as (
    select
        *,
        case
            when policy_recognition = 'milestone' then policy_recognition
            when policy_recognition in ('invoice', 'payment')
                then case when sales_amount <> 0 then policy_recognition else 'none' end
            when policy_recognition in ('fulfilment', 'usage')
                then case when quantity <> 0 then policy_recognition else 'none' end
            -- evergreen: a service without an end, recognised bill by bill
            when policy_recognition like 'straight_line%' and end_date is null
                then case when start_date is null then 'none' else policy_recognition end
            when not is_served then 'none'
            when policy_recognition <> 'as_stated' then policy_recognition
            when recognition_rule like '%day%' then 'straight_line_day'
            when recognition_rule like '%prorate%' then 'straight_line_prorated'
            when recognition_rule like '%even%' or recognition_rule like '%month%'
                then 'straight_line_month'
            when
                start_date = {{ month_start('start_date') }}
                and {{ add_days('end_date', 1) }} = {{ month_start(add_days('end_date', 1)) }}
                then 'straight_line_month'
            else 'straight_line_day'
        end as measure
    from served
),

-- what is too short for its measure (a few days by the half month) is measured by the day
fitted as (
    select
        * exclude (measure),
        case
            when
                {{ schedule_end('measure', 'end_date', 'sales_amount', 'quantity') }}
                <= {{ schedule_start('measure', 'start_date') }}
                and measure like 'straight_line%'
                then 'straight_line_day'
            else measure
        end as recognition
    from measured
),

final as (
    select
        *,
        {{ schedule_start('recognition', 'start_date') }} as from_position,
        {{ schedule_end('recognition', 'end_date', 'sales_amount', 'quantity') }} as until_position
    from fitted
)

select * from final
