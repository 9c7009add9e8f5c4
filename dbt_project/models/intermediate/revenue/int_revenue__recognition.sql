-- one row per revenue policy, obligation, due month, kind and ERP line of it: our schedule's share,
-- beside what the ERP planned (posted, where it plans nothing) for the month
{%- set month = ['policy_id', 'erp_system', 'obligation_id', 'period'] %}
{%- set line_columns = ['document_type', 'document_id', 'document_line_id', 'event_key'] %}
with schedule as (select * from {{ ref('int_revenue__schedule') }}),

document as (select * from {{ ref('int_erp__document') }}),

erp_line as (select * from {{ ref('int_revenue__erp_line') }}),

interest as (select * from {{ ref('int_revenue__interest') }}),

obligation as (select * from {{ ref('int_revenue__obligation') }}),

closed_period as (
    select
        erp_system,
        period
    from {{ ref('int_erp__period') }}
    where is_closed and not is_adjustment
    group by erp_system, period
),

scheduled_obligation as (
    select
        policy_id,
        erp_system,
        obligation_id
    from {{ ref('int_revenue__obligation_version') }}
    where recognition <> 'none'
    group by policy_id, erp_system, obligation_id
),

erp_month as (
    select
        {{ month | join(', ') }},
        sum(case when is_due then amount else 0 end) as amount,
        max(case when is_due then event_key end) as last_key,
        bool_and(is_due) as is_whole
    from erp_line
    group by {{ month | join(', ') }}
),

-- a month of ours is due once it is closed, or the ERP has posted all that it plans for it
due_schedule as (
    select
        schedule.*,
        erp_month.last_key,
        closed_period.period is not null or coalesce(erp_month.is_whole, false) as is_due
    from schedule
    left join closed_period
        on
            schedule.erp_system = closed_period.erp_system
            and schedule.period = closed_period.period
    left join erp_month on {{ same_columns('schedule', 'erp_month', month) }}
),

schedule_month as (
    select
        {{ month | join(', ') }},
        sum(amount) as amount,
        sum(case when kind = 'catch_up' then amount else 0 end) as catch_up_amount,
        bool_or(is_due) as is_due
    from due_schedule
    group by {{ month | join(', ') }}
),

-- our share goes to the ERP's lines as they planned it; the last one takes what differs
shared as (
    select
        erp_line.*,
        case
            when scheduled_obligation.obligation_id is null then 'erp_plan'
            when not coalesce(schedule_month.is_due, true) then 'erp_plan'
            else 'contract'
        end as basis,
        erp_line.event_key = erp_month.last_key as is_last,
        coalesce(schedule_month.amount, 0) - erp_month.amount as surplus,
        coalesce(schedule_month.catch_up_amount, 0) as catch_up_amount
    from erp_line
    inner join erp_month on {{ same_columns('erp_line', 'erp_month', month) }}
    left join schedule_month on {{ same_columns('erp_line', 'schedule_month', month) }}
    left join scheduled_obligation
        on {{ same_columns('erp_line', 'scheduled_obligation', month[:3]) }}
    where erp_line.is_due
),

last_line as (
    select * from shared
    where is_last and basis = 'contract'
),

recognised as (
    select
        {{ month | join(', ') }},
        'scheduled' as kind,
        basis,
        entity,
        currency,
        minor_unit,
        amount
        + case when is_last and basis = 'contract' then surplus - catch_up_amount else 0 end
            as amount,
        amount as planned_amount,
        case when is_last and basis = 'contract' then -surplus else 0 end as difference,
        true as is_erp_month,
        {{ line_columns | join(', ') }}
    from shared
    union all
    select
        due_schedule.{{ month | join(', due_schedule.') }},
        due_schedule.kind,
        'contract' as basis,
        coalesce(last_line.entity, due_schedule.entity) as entity,
        coalesce(last_line.currency, due_schedule.currency) as currency,
        coalesce(last_line.minor_unit, due_schedule.minor_unit) as minor_unit,
        due_schedule.amount,
        0 as planned_amount,
        case when last_line.event_key is null then -due_schedule.amount else 0 end as difference,
        last_line.event_key is not null as is_erp_month,
        -- where the ERP has nothing for the month: what drove the event, else what we schedule
        coalesce(
            last_line.document_type, due_schedule.document_type, source_document.document_type,
            'revenue_element'
        ) as document_type,
        coalesce(
            last_line.document_id, due_schedule.document_id, source_document.document_id,
            due_schedule.obligation_id
        ) as document_id,
        case
            when last_line.event_key is not null then last_line.document_line_id
            when due_schedule.document_id is not null
                then coalesce(due_schedule.document_line_id, '')
            when source_document.document_id is not null
                then split_part(due_schedule.obligation_id, ':', 2)
            else ''
        end as document_line_id,
        due_schedule.kind || ' '
        || cast(due_schedule.period as {{ dbt.type_string() }}) as event_key
    from due_schedule
    left join last_line on {{ same_columns('due_schedule', 'last_line', month) }}
    -- an order or bill line that is an obligation of its own
    left join document as source_document
        on
            due_schedule.erp_system = source_document.erp_system
            and split_part(split_part(due_schedule.obligation_id, ' ', 2), ':', 1)
            = source_document.document_id
            and (
                due_schedule.obligation_id like 'order %'
                or due_schedule.obligation_id like 'bill %'
            )
    where
        due_schedule.is_due
        and (due_schedule.kind = 'catch_up' or last_line.event_key is null)
    union all
    -- what is billed for waiting, or earned by having been paid early, is no revenue of the contract
    select
        scheduled_obligation.policy_id,
        interest.erp_system,
        interest.obligation_id,
        interest.period,
        'financing' as kind,
        'contract' as basis,
        interest.entity,
        interest.currency,
        obligation.minor_unit,
        -interest.amount as amount,
        0 as planned_amount,
        0 as difference,
        false as is_erp_month,
        'revenue_element' as document_type,
        interest.obligation_id as document_id,
        '' as document_line_id,
        'financing ' || cast(interest.period as {{ dbt.type_string() }}) as event_key
    from interest
    inner join scheduled_obligation
        on {{ same_columns('interest', 'scheduled_obligation', month[1:3]) }}
    inner join obligation on {{ same_columns('interest', 'obligation', month[1:3]) }}
    inner join closed_period on {{ same_columns('interest', 'closed_period', month[1::2]) }}
),

final as (
    select
        {{ month | join(', ') }},
        kind,
        basis,
        entity,
        currency,
        minor_unit,
        cast(amount as decimal(28, 4)) as amount,
        cast(planned_amount as decimal(28, 4)) as planned_amount,
        cast(difference as decimal(28, 4)) as difference,
        is_erp_month,
        {{ line_columns | join(', ') }}
    from recognised
    where amount <> 0 or planned_amount <> 0 or difference <> 0
)

select * from final
