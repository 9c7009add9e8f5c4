-- one row per revenue policy, performance obligation, month and kind: what of the obligation's price
-- becomes revenue in the month
with version as (
    select
        *,
        {{ month_start('start_date') }} as first_month,
        {{ month_start('end_date') }} as last_month,
        {{ schedule_position('recognition', 'start_date') }} as from_position,
        {{ schedule_position('recognition', 'case
            when recognition = \'straight_line_month\' then ' ~ next_month_start('end_date') ~ '
            else ' ~ add_days('end_date', 1) ~ '
        end') }} as until_position
    from {{ ref('int_revenue__obligation_version') }}
    where recognition <> 'none'
),

span as (
    select
        min(first_month) as first_month,
        max(last_month) as last_month
    from version
),

day as (
    {{ date_spine_rows('(select first_month from span)', '(select last_month from span)') }}
),

month as (
    select
        calendar_date as period,
        {{ next_month_start('calendar_date') }} as next_period
    from day
    where calendar_date = {{ month_start('calendar_date') }}
),

served as (
    select
        version.*,
        month.period,
        {{ schedule_position('version.recognition', 'month.period') }} as position_before,
        {{ schedule_position('version.recognition', 'month.next_period') }} as position_after
    from version
    inner join month
        on month.period between version.first_month and version.last_month
),

final as (
    select
        policy_id,
        erp_system,
        obligation_id,
        period,
        'scheduled' as kind,
        cast(
            {{ recognised_to(
                'amount', 'recognised_before', 'position_after', 'from_position',
                'until_position', 'minor_unit'
            ) }}
            - {{ recognised_to(
                'amount', 'recognised_before', 'position_before', 'from_position',
                'until_position', 'minor_unit'
            ) }}
            as decimal(28, 4)
        ) as amount,
        entity,
        currency,
        minor_unit,
        cast(null as {{ dbt.type_string() }}) as document_type,
        cast(null as {{ dbt.type_string() }}) as document_id,
        cast(null as {{ dbt.type_string() }}) as document_line_id
    from served
)

select * from final
