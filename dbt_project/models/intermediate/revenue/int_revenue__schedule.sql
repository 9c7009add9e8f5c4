-- one row per performance obligation with service dates and month of service: its amount recognised
-- straight-line, by month when the rule or whole months of service say so, else by day
with obligation as (
    select
        *,
        {{ month_start('start_date') }} as first_month,
        {{ month_start('end_date') }} as last_month,
        {{ to_minor('amount', 'minor_unit') }} as amount_units,
        case
            when recognition_rule like '%day%' then false
            when recognition_rule like '%even%' or recognition_rule like '%month%' then true
            else
                start_date = {{ month_start('start_date') }}
                and {{ add_days('end_date', 1) }} = {{ month_start(add_days('end_date', 1)) }}
        end as is_by_month
    from {{ ref('int_revenue__obligation') }}
    -- a term beyond fifty years is a wrong date, not a schedule
    where start_date <= end_date and end_date <= {{ add_days('start_date', 18300) }}
),

span as (
    select
        min(first_month) as first_month,
        max(last_month) as last_month
    from obligation
),

day as (
    {{ date_spine_rows('(select first_month from span)', '(select last_month from span)') }}
),

month as (
    select
        calendar_date as period,
        {{ month_start(add_days('calendar_date', 31)) }} as next_period
    from day
    where calendar_date = {{ month_start('calendar_date') }}
),

served as (
    select
        obligation.*,
        month.period,
        case
            when obligation.start_date > month.period then obligation.start_date
            else month.period
        end as served_from,
        case
            when {{ add_days('obligation.end_date', 1) }} < month.next_period
                then {{ add_days('obligation.end_date', 1) }}
            else month.next_period
        end as served_until
    from obligation
    inner join month
        on month.period between obligation.first_month and obligation.last_month
),

weighted as (
    select
        *,
        case
            when is_by_month then 1
            else {{ dbt.datediff('served_from', 'served_until', 'day') }}
        end as weight
    from served
),

divided as (
    {{ largest_remainder(
        relation='weighted', total='amount_units', weight='weight',
        partition_by=['erp_system', 'obligation_id'], order_by=['period'], result='month_units'
    ) }}
),

final as (
    select
        erp_system,
        obligation_id,
        period,
        cast(
            {{ from_minor('month_units', 'minor_unit') }}
            + case
                when period = first_month
                    then amount - {{ from_minor('amount_units', 'minor_unit') }}
                else 0
            end
            as decimal(28, 4)
        ) as amount
    from divided
)

select * from final
