-- one row per performance obligation and month in which it is scheduled, planned by the ERP or
-- posted
with schedule as (select * from {{ ref('int_revenue__schedule') }}),

primary_definition as (
    select policy_id from {{ source('definitions', 'definition_set') }}
    where is_primary
),

plan_line as (select * from {{ ref('int_revenue__plan_line') }}),

ledger_line as (
    select * from {{ ref('int_erp__ledger_line') }}
    where
        is_posting
        and account_class = 'revenue'
        and document_type not in ('invoice', 'credit_memo', 'cash_sale')
),

obligation as (select * from {{ ref('int_revenue__obligation') }}),

closed_period as (
    select
        erp_system,
        period
    from {{ ref('int_erp__period') }}
    where is_closed and not is_adjustment
    group by erp_system, period
),

planned_posting as (
    select
        erp_system,
        journal_document_id,
        journal_line_id,
        max(obligation_id) as obligation_id
    from plan_line
    where is_posted
    group by erp_system, journal_document_id, journal_line_id
),

measured as (
    select
        schedule.erp_system,
        schedule.obligation_id,
        schedule.period,
        '' as entity,
        '' as currency,
        schedule.amount as scheduled_amount,
        null as erp_scheduled_amount,
        null as posted_amount
    from schedule
    inner join primary_definition on schedule.policy_id = primary_definition.policy_id
    union all
    select
        erp_system,
        obligation_id,
        period,
        entity,
        currency,
        null as scheduled_amount,
        amount as erp_scheduled_amount,
        null as posted_amount
    from plan_line
    union all
    select
        ledger_line.erp_system,
        coalesce(planned_posting.obligation_id, ledger_line.revenue_element_id) as obligation_id,
        ledger_line.period,
        ledger_line.entity,
        ledger_line.currency,
        null as scheduled_amount,
        null as erp_scheduled_amount,
        ledger_line.amount as posted_amount
    from ledger_line
    left join planned_posting
        on
            ledger_line.erp_system = planned_posting.erp_system
            and ledger_line.document_id = planned_posting.journal_document_id
            and ledger_line.document_line_id = planned_posting.journal_line_id
    where coalesce(planned_posting.obligation_id, ledger_line.revenue_element_id) is not null
),

monthly as (
    select
        erp_system,
        obligation_id,
        period,
        max(entity) as entity,
        max(currency) as currency,
        sum(scheduled_amount) as scheduled_amount,
        sum(erp_scheduled_amount) as erp_scheduled_amount,
        sum(posted_amount) as posted_amount
    from measured
    where period is not null
    group by erp_system, obligation_id, period
),

joined as (
    select
        monthly.erp_system,
        coalesce(obligation.contract_id, '') as contract_id,
        monthly.obligation_id,
        coalesce(obligation.entity, monthly.entity) as entity,
        coalesce(obligation.currency, monthly.currency) as currency,
        monthly.period,
        cast(monthly.scheduled_amount as decimal(28, 4)) as scheduled_amount,
        cast(monthly.erp_scheduled_amount as decimal(28, 4)) as erp_scheduled_amount,
        cast(monthly.posted_amount as decimal(28, 4)) as posted_amount,
        closed_period.period is not null as is_closed,
        coalesce(
            abs({{ to_minor(
                'monthly.scheduled_amount - monthly.erp_scheduled_amount', 'obligation.minor_unit'
            ) }}) <= 1,
            false
        ) as is_within_minor_unit
    from monthly
    left join obligation
        on
            monthly.erp_system = obligation.erp_system
            and monthly.obligation_id = obligation.obligation_id
    left join closed_period
        on
            monthly.erp_system = closed_period.erp_system
            and monthly.period = closed_period.period
),

final as (
    select
        erp_system,
        contract_id,
        obligation_id,
        entity,
        currency,
        period,
        scheduled_amount,
        erp_scheduled_amount,
        posted_amount,
        case
            when erp_scheduled_amount is null and posted_amount is null then 'not_planned'
            when erp_scheduled_amount is null then 'posted_without_plan'
            when posted_amount is null and is_closed then 'unposted'
            when posted_amount <> erp_scheduled_amount then 'posted_otherwise'
            when scheduled_amount is null and posted_amount is null then 'not_due'
            when scheduled_amount is null then 'no_service_dates'
            when scheduled_amount <> erp_scheduled_amount and not is_within_minor_unit
                then 'planned_otherwise'
            when posted_amount is null then 'not_due'
            else 'agrees'
        end as status
    from joined
)

select * from final
