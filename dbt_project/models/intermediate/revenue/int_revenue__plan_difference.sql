-- one row per revenue policy, ERP line of an obligation's month and cause for which the ERP's plan
-- is not our schedule: what the plan recognises more
{%- set obligation_key = ['policy_id', 'erp_system', 'obligation_id'] %}
{%- set month = obligation_key + ['period'] %}
with recognition as (
    select * from {{ ref('int_revenue__recognition') }}
    where difference <> 0
),

schedule as (select * from {{ ref('int_revenue__schedule') }}),

version as (select * from {{ ref('int_revenue__obligation_version') }}),

obligation as (select * from {{ ref('int_revenue__obligation') }}),

plan_line as (select * from {{ ref('int_revenue__plan_line') }}),

differing as (
    select
        {{ obligation_key | join(', ') }},
        count(case when abs({{ to_minor('difference', 'minor_unit') }}) > 1 then 1 end)
            as differing_months,
        bool_or(document_type in ('invoice', 'credit_memo', 'cash_sale')) as is_posted_by_bill,
        bool_or(document_type = 'journal') as is_posted
    from recognition
    group by {{ obligation_key | join(', ') }}
),

agreed as (
    select
        {{ obligation_key | join(', ') }},
        bool_or(policy_recognition <> 'as_stated') as is_by_policy,
        min(start_date) as start_date,
        min(case when version_number > 1 then {{ month_start('effective_on') }} end)
            as modified_month
    from version
    group by {{ obligation_key | join(', ') }}
),

month_of_ours as (
    select
        schedule.{{ month | join(', schedule.') }},
        sum(schedule.amount) as amount
    from schedule
    inner join differing on {{ same_keys('schedule', 'differing', obligation_key) }}
    group by schedule.{{ month | join(', schedule.') }}
),

ours as (
    select
        {{ obligation_key | join(', ') }},
        min(period) as first_period,
        max(period) as last_period,
        count(*) as months
    from month_of_ours
    where amount <> 0
    group by {{ obligation_key | join(', ') }}
),

planned as (
    select
        erp_system,
        obligation_id,
        sum(amount) as amount,
        min(case when amount <> 0 then period end) as first_period,
        max(case when amount <> 0 then period end) as last_period
    from plan_line
    group by erp_system, obligation_id
),

-- our schedule of the price that the ERP allocated, by the same running totals
reallocated as (
    select
        month_of_ours.{{ month | join(', month_of_ours.') }},
        month_of_ours.amount,
        {{ scale_whole(
            ten_thousandths('sum(month_of_ours.amount) over to_date'),
            ten_thousandths('obligation.erp_allocated_amount'),
            ten_thousandths('obligation.amount'),
            minor_unit_granule('obligation.minor_unit')
        ) }} as units_to_date
    from month_of_ours
    inner join obligation
        on {{ same_keys('month_of_ours', 'obligation', ['erp_system', 'obligation_id']) }}
    where obligation.erp_allocated_amount <> obligation.amount
    window to_date as (
        partition by month_of_ours.{{ obligation_key | join(', month_of_ours.') }}
        order by month_of_ours.period
        rows between unbounded preceding and current row
    )
),

allocation as (
    select
        {{ month | join(', ') }},
        {{ from_ten_thousandths(
            'units_to_date - coalesce(lag(units_to_date) over (partition by '
            ~ obligation_key | join(', ') ~ ' order by period), 0)'
        ) }} - amount as amount
    from reallocated
),

caused as (
    select
        recognition.*,
        case
            when
                planned.obligation_id is not null
                and row_number() over (
                    partition by recognition.{{ month | join(', recognition.') }}
                    order by recognition.event_key desc
                ) = 1
                then coalesce(allocation.amount, 0)
            else 0
        end as allocation_difference,
        {{ to_minor('abs(obligation.amount)', 'obligation.minor_unit') }} as price_units,
        {{ to_minor('abs(obligation.erp_allocated_amount)', 'obligation.minor_unit') }}
            as erp_price_units,
        case
            when
                planned.obligation_id is null
                and not differing.is_posted_by_bill and not differing.is_posted
                then 'not_planned'
            when recognition.period >= agreed.modified_month then 'modification'
            when agreed.is_by_policy then 'rule'
            -- a bill straight to revenue, or postings without a plan
            when planned.obligation_id is null and differing.is_posted_by_bill then 'rule'
            when planned.obligation_id is null
                then case when recognition.is_erp_month then 'amount' else 'unposted' end
            when planned.amount <> coalesce(obligation.erp_allocated_amount, planned.amount)
                then case
                    when recognition.is_erp_month then 'planned_otherwise' else 'not_planned'
                end
            when planned.first_period <> ours.first_period then 'dates'
            when
                planned.last_period <> ours.last_period
                and agreed.start_date = {{ month_start('agreed.start_date') }}
                then 'dates'
            when 2 * differing.differing_months >= ours.months then 'rule'
            else 'planned_otherwise'
        end as cause
    from recognition
    inner join differing on {{ same_keys('recognition', 'differing', obligation_key) }}
    left join agreed on {{ same_keys('recognition', 'agreed', obligation_key) }}
    left join ours on {{ same_keys('recognition', 'ours', obligation_key) }}
    left join allocation on {{ same_keys('recognition', 'allocation', month) }}
    left join planned
        on {{ same_keys('recognition', 'planned', ['erp_system', 'obligation_id']) }}
    left join obligation
        on {{ same_keys('recognition', 'obligation', ['erp_system', 'obligation_id']) }}
),

-- Beside the allocation, what rounding may make is its own: half a minor unit of the plan and of
-- the allocation at either end of the month, and as much of our months at the other price.
rounded as (
    select
        * exclude (allocation_difference, price_units, erp_price_units),
        case
            when
                allocation_difference <> 0
                and abs({{ to_minor('difference - allocation_difference', 'minor_unit') }})
                * price_units <= 2 * price_units + erp_price_units
                then difference
            else allocation_difference
        end as allocation_difference
    from caused
),

split as (
    {%- for cause, amount in [
        ('cause', 'difference - allocation_difference'),
        ("'allocation'", 'allocation_difference'),
    ] %}
    select
        {{ month | join(', ') }},
        kind,
        entity,
        currency,
        minor_unit,
        {{ 'cause' if cause == 'cause' else cause ~ ' as cause' }},
        {{ amount }} as amount,
        document_type,
        document_id,
        document_line_id,
        event_key
    from rounded
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

final as (
    select * from split
    where amount <> 0
)

select * from final
