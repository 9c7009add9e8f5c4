-- one row per performance obligation, entity, currency and month in which what remains of its price
-- will become revenue; without a month for what waits for an event, or has no service dates
{%- set obligation_key = ['erp_system', 'obligation_id'] %}
{%- set contract = ['erp_system', 'contract_id', 'entity', 'currency'] %}
with obligation as (
    {{ under_primary_policy('int_revenue__policy_obligation') }}
),

schedule as (
    {{ under_primary_policy('int_revenue__schedule') }}
),

recognition as (
    {{ under_primary_policy('int_revenue__recognition') }}
),

agreed_version as (
    {{ under_primary_policy('int_revenue__obligation_version') }}
),

-- what was agreed for the obligation at last
version as (
    select
        *,
        row_number() over (
            partition by erp_system, obligation_id order by version_number desc
        ) as newest_first
    from agreed_version
),

-- the last closed month; before any is closed, the last month that has ended
balance as (
    select
        coalesce(
            max(case when period <= cast({{ as_of() }} as date) then period end),
            {{ month_start(add_days(month_start('cast(' ~ as_of() ~ ' as date)'), -1)) }}
        ) as balance_period
    from {{ ref('int_erp__period') }}
    where is_closed and not is_adjustment
),

agreed as (
    select
        obligation.erp_system,
        obligation.obligation_id,
        obligation.contract_id,
        obligation.entity,
        obligation.currency,
        obligation.erp_customer_id,
        obligation.sku,
        version.recognition,
        version.amount,
        coalesce(
            version.end_date < cast({{ dbt.dateadd('year', 1, 'version.start_date') }} as date),
            false
        ) as is_within_one_year,
        balance.balance_period
    from obligation
    inner join version
        on
            obligation.erp_system = version.erp_system
            and obligation.obligation_id = version.obligation_id
            and version.newest_first = 1
    cross join balance
    where
        obligation.added_on is null
        or obligation.added_on < {{ next_month_start('balance.balance_period') }}
),

scheduled as (
    select
        erp_system,
        obligation_id,
        period,
        sum(amount) as amount
    from schedule
    group by erp_system, obligation_id, period
),

-- what has a month; without a schedule of ours, what the ERP has recognised is no longer owed
dated as (
    select
        {{ obligation_key | join(', ') }},
        sum(amount) as amount
    from scheduled
    group by {{ obligation_key | join(', ') }}
    union all
    select
        recognition.erp_system,
        recognition.obligation_id,
        sum(recognition.amount) as amount
    from recognition
    left join scheduled
        on
            recognition.erp_system = scheduled.erp_system
            and recognition.obligation_id = scheduled.obligation_id
    where scheduled.obligation_id is null and recognition.kind <> 'financing'
    group by recognition.erp_system, recognition.obligation_id
),

part as (
    select
        agreed.*,
        scheduled.period,
        'scheduled' as timing,
        scheduled.amount as remaining
    from agreed
    inner join scheduled
        on
            agreed.erp_system = scheduled.erp_system
            and agreed.obligation_id = scheduled.obligation_id
    where scheduled.period > agreed.balance_period
    union all
    select
        agreed.*,
        cast(null as date) as period,
        case when agreed.recognition = 'none' then 'not_scheduled' else 'on_event' end as timing,
        agreed.amount - coalesce(dated.amount, 0) as remaining
    from agreed
    left join dated
        on
            agreed.erp_system = dated.erp_system
            and agreed.obligation_id = dated.obligation_id
),

-- billed ahead of revenue, by contract: it covers what becomes revenue first
billed_ahead as (
    select
        {{ contract | join(', ') }},
        sum(billed - recognised) as amount
    from {{ ref('int_revenue__contract_movement') }}
    where period <= (select balance_period from balance)
    group by {{ contract | join(', ') }}
),

covered as (
    select
        part.*,
        greatest(coalesce(billed_ahead.amount, 0), 0) as billed,
        sum(greatest(part.remaining, 0)) over (
            partition by part.{{ contract | join(', part.') }}
            order by part.period nulls last, part.obligation_id
            rows between unbounded preceding and current row
        ) - greatest(part.remaining, 0) as from_total
    from part
    left join billed_ahead
        on {{ same_keys('part', 'billed_ahead', contract) }}
    where part.remaining <> 0
),

final as (
    select
        erp_system,
        contract_id,
        obligation_id,
        erp_customer_id,
        sku,
        entity,
        currency,
        balance_period,
        period,
        timing,
        case
            when period is null then 'no date'
            when period <= {{ dbt.dateadd('month', 12, 'balance_period') }} then '1 to 12 months'
            when period <= {{ dbt.dateadd('month', 24, 'balance_period') }} then '13 to 24 months'
            else 'later'
        end as time_band,
        is_within_one_year,
        cast(remaining as decimal(28, 4)) as remaining_amount,
        cast(
            greatest(least(billed - from_total, remaining), 0) as decimal(28, 4)
        ) as billed_amount,
        cast(
            remaining - greatest(least(billed - from_total, remaining), 0) as decimal(28, 4)
        ) as unbilled_amount
    from covered
)

select * from final
