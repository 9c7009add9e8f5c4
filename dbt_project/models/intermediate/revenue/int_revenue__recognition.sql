-- one row per revenue policy, obligation, due month, kind and ERP line of it: our schedule's share,
-- beside what the ERP planned (posted, where it plans nothing) for the month
{%- set month = ['policy_id', 'erp_system', 'obligation_id', 'period'] %}
{%- set line_columns = ['document_type', 'document_id', 'document_line_id', 'event_key'] %}
with due_schedule as (select * from {{ ref('int_revenue__due_schedule') }}),

erp_line as (select * from {{ ref('int_revenue__erp_line') }}),

scheduled_obligation as (
    select policy_id, erp_system, obligation_id
    from {{ ref('int_revenue__obligation_version') }}
    where recognition <> 'none'
    group by policy_id, erp_system, obligation_id
),

erp_month as (
    select
        {{ month | join(', ') }},
        sum(amount) as amount,
        max(event_key) as last_key
    from erp_line
    where is_due
    group by {{ month | join(', ') }}
),

schedule_month as (
    select
        {{ month | join(', ') }},
        sum(amount) as amount,
        sum(case when kind = 'catch_up' then amount else 0 end) as catch_up_amount,
        bool_or(is_due) as is_due
    from due_schedule
    where kind <> 'financing'
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
    inner join erp_month on {{ same_keys('erp_line', 'erp_month', month) }}
    left join schedule_month on {{ same_keys('erp_line', 'schedule_month', month) }}
    left join scheduled_obligation
        on {{ same_keys('erp_line', 'scheduled_obligation', month[:3]) }}
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
    -- a catch-up shows where the ERP recognises the month; where it has nothing, the record that
    -- stands for our schedule does
    select
        due_schedule.{{ month | join(', due_schedule.') }},
        due_schedule.kind,
        'contract' as basis,
        coalesce(last_line.entity, due_schedule.entity) as entity,
        coalesce(last_line.currency, due_schedule.currency) as currency,
        coalesce(last_line.minor_unit, due_schedule.minor_unit) as minor_unit,
        due_schedule.amount,
        0 as planned_amount,
        case
            when last_line.event_key is null and due_schedule.kind <> 'financing'
                then -due_schedule.amount
            else 0
        end as difference,
        last_line.event_key is not null as is_erp_month,
        {%- for column in line_columns[:3] %}
        coalesce(last_line.{{ column }}, due_schedule.{{ column }}) as {{ column }},
        {%- endfor %}
        due_schedule.kind || ' '
        || cast(due_schedule.period as {{ dbt.type_string() }}) as event_key
    from due_schedule
    left join last_line
        on
            {{ same_keys('due_schedule', 'last_line', month) }}
            and due_schedule.kind <> 'financing'
    where
        due_schedule.is_due
        and (due_schedule.kind <> 'scheduled' or last_line.event_key is null)
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
