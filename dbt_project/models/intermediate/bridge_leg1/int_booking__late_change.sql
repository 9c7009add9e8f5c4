-- one row per definition set and change of a won deal after its quarter ended or its period closed
with version as (select * from {{ ref('int_crm__opportunity_version') }}),

latest as (select * from {{ ref('int_crm__opportunity_latest') }}),

opportunity as (select * from {{ ref('int_crm__opportunity') }}),

setting as (select * from {{ ref('int_booking__setting') }}),

period_lock as (select * from {{ ref('int_booking__period_lock') }}),

-- Each version beside the one before it.
stepped as (
    select
        version.*,
        version.is_won and not version.is_deleted as is_booked,
        coalesce(lag(version.is_won and not version.is_deleted) over in_order, false)
            as was_booked,
        coalesce(
            max(case when version.is_won then 1 else 0 end) over (
                partition by version.crm_system, version.opportunity_id
                order by version.version_number
                rows between unbounded preceding and 1 preceding
            ), 0
        ) = 1 as was_ever_won,
        lag(version.amount) over in_order as previous_amount,
        lag(version.currency) over in_order as previous_currency,
        lag(version.close_date) over in_order as previous_close_date,
        opportunity.purchase_order_date,
    from version
    left join opportunity
        on
            version.crm_system = opportunity.crm_system
            and version.opportunity_id = opportunity.opportunity_id
    window in_order as (
        partition by version.crm_system, version.opportunity_id order by version.version_number
    )
),

-- A set that books by purchase order places the deal by that, whatever its close date.
dated as (
    select
        setting.definition_id,
        setting.fiscal_year_start_month,
        stepped.*,
        {%- for side, day in [('from', 'previous_close_date'), ('to', 'close_date')] %}
        {{ month_start(
            "case setting.booking_date_basis when 'purchase_order_date'
                then coalesce(stepped.purchase_order_date, stepped." ~ day ~ ")
                else stepped." ~ day ~ " end") }} as {{ side }}_period,
        {%- endfor %}
    from stepped
    inner join setting
        on
            coalesce(stepped.previous_close_date, stepped.close_date) >= setting.starts_on
            and coalesce(stepped.previous_close_date, stepped.close_date) < setting.ends_before
    where stepped.version_number > 0 and (stepped.was_ever_won or stepped.is_booked)
),

-- The origin is the period that the deal was booked in before; of one never booked, that it enters.
placed as (
    select
        dated.*,
        case when was_ever_won then coalesce(from_period, to_period) else to_period end as period,
        case when was_booked then coalesce(previous_amount, 0) else 0 end as amount_before,
        case when is_booked then coalesce(amount, 0) else 0 end as amount_after,
        case when was_booked then previous_currency else currency end as from_currency,
        cast(valid_from as date) as changed_on,
    from dated
),

ended as (
    select
        placed.*,
        {{ fiscal_quarter('placed.period', 'placed.fiscal_year_start_month') }} as fiscal_quarter,
        {{ fiscal_quarter('placed.to_period', 'placed.fiscal_year_start_month') }}
            as to_fiscal_quarter,
        period_lock.locked_on,
        coalesce(placed.changed_on > period_lock.locked_on, false)
        or coalesce(placed.changed_on > to_lock.locked_on, false) as is_after_close,
    from placed
    left join period_lock on placed.period = period_lock.period
    left join period_lock as to_lock on placed.to_period = to_lock.period
),

judged as (
    select
        *,
        changed_on >= cast({{ dbt.dateadd('month', 3, 'fiscal_quarter') }} as date)
        or changed_on >= cast({{ dbt.dateadd('month', 3, 'to_fiscal_quarter') }} as date)
            as is_after_quarter_end,
        case
            when changed_field = 'deleted' and is_deleted then 'deleted'
            when changed_field = 'deleted' then 'restored'
            when changed_field = 'close_date' then 're_dated'
            when changed_field = 'amount' then 'amount_edited'
            when changed_field = 'currency' then 'currency_changed'
            when was_booked and not is_booked and is_closed then 'lost'
            when was_booked and not is_booked then 'reopened'
            when not was_booked and is_booked and was_ever_won then 'closed_again'
            when not was_booked and is_booked then 'won_late'
            else 'stage_changed'
        end as change_type,
    from ended
),

final as (
    select
        judged.definition_id,
        judged.crm_system,
        judged.opportunity_id,
        judged.version_number as change_number,
        judged.change_type,
        judged.valid_from as changed_at,
        judged.changed_by_id,
        judged.from_value,
        judged.to_value,
        judged.source,
        judged.from_currency as currency,
        judged.currency as to_currency,
        latest.legal_entity,
        latest.opportunity_name,
        latest.owner_id,
        judged.period,
        judged.fiscal_quarter,
        judged.to_period,
        judged.amount_before,
        judged.amount_after,
        {{ money("case
            when judged.to_period = judged.period and judged.currency = judged.from_currency
                then judged.amount_after
            else 0
        end - judged.amount_before") }} as amount_effect,
        judged.locked_on,
        judged.is_after_quarter_end,
        judged.is_after_close,
    from judged
    left join latest
        on
            judged.crm_system = latest.crm_system
            and judged.opportunity_id = latest.opportunity_id
    where judged.is_after_quarter_end or judged.is_after_close
)

select * from final
