-- one row per step from net billing to ledger revenue that the schedule of an obligation explains,
-- before any definition set names it
{%- set line_columns = ['erp_system', 'document_type', 'document_id', 'document_line_id'] %}
with plan_line as (select * from {{ ref('int_revenue__plan_line') }}),

slice as (
    select
        *,
        coalesce(supply_key, '') || '>' || coalesce(demand_key, '') as allocation_key
    from {{ ref('int_revenue__slice') }}
    where supply_period is distinct from demand_period
),

-- what a slice was before its counterpart, and what the counterpart did
slice_step as (
    select
        case
            when supply_type = 'recognition' and demand_period < supply_period
                then 'earned_reversed'
            when supply_type = 'recognition' then 'deferred_again'
            when demand_type = 'recognition' and demand_period < supply_period then 'earned_billed'
            else 'deferred'
        end as step,
        entity,
        currency,
        supply_period as period,
        coalesce(demand_period, supply_period) as counter_period,
        -amount as amount,
        null as minor_unit,
        case when demand_key is null then 'open' else '' end as reason,
        erp_system,
        supply_document_type as document_type,
        supply_document_id as document_id,
        supply_document_line_id as document_line_id,
        allocation_key
    from slice
    where supply_key is not null
    union all
    select
        case
            when demand_type = 'billing' then 'deferral_credited'
            when supply_key is null or demand_period < supply_period then 'earned'
            else 'released'
        end as step,
        entity,
        currency,
        demand_period as period,
        coalesce(supply_period, demand_period) as counter_period,
        amount,
        null as minor_unit,
        case when supply_key is null then 'unbilled' else '' end as reason,
        erp_system,
        demand_document_type as document_type,
        demand_document_id as document_id,
        demand_document_line_id as document_line_id,
        allocation_key
    from slice
    where demand_key is not null
),

-- the plan against what the ledger posted for it
posting as (
    select
        erp_system,
        journal_document_id,
        journal_line_id,
        max(entity) as entity,
        max(currency) as currency,
        max(minor_unit) as minor_unit,
        max(posted_period) as period,
        max(journal_line_amount) - sum(amount) as amount
    from plan_line
    where is_posted
    group by erp_system, journal_document_id, journal_line_id
),

plan_step as (
    select
        'posting_difference' as step,
        entity,
        currency,
        period,
        period as counter_period,
        amount,
        minor_unit,
        'amount' as reason,
        erp_system,
        'journal' as document_type,
        journal_document_id as document_id,
        journal_line_id as document_line_id,
        '' as allocation_key
    from posting
    union all
    {%- for step, period, counter, sign, condition in [
        ('schedule_gap', 'period', 'posted_period', '-', 'is_posted and posted_period <> period'),
        ('schedule_gap', 'posted_period', 'period', '', 'is_posted and posted_period <> period'),
        ('schedule_gap', 'period', 'period', '-', 'is_overdue'),
    ] %}
    select
        '{{ step }}' as step,
        entity,
        currency,
        {{ period ~ ' as period' if period != 'period' else period }},
        {{ counter }} as counter_period,
        {{ '-amount as amount' if sign else 'amount' }},
        minor_unit,
        '{{ "unposted" if condition == "is_overdue" else "wrong_period" }}' as reason,
        erp_system,
        case when is_posted then 'journal' else 'revenue_plan' end as document_type,
        coalesce(journal_document_id, revenue_plan_id) as document_id,
        coalesce(journal_line_id, cast(line_number as {{ dbt.type_string() }}))
            as document_line_id,
        'plan ' || revenue_plan_id || ':' || cast(line_number as {{ dbt.type_string() }})
            as allocation_key
    from plan_line
    where {{ condition }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

final as (
    {% for relation in ['slice_step', 'plan_step'] -%}
    select
        step,
        entity,
        currency,
        period,
        counter_period,
        cast(amount as decimal(28, 4)) as amount,
        minor_unit,
        reason,
        {{ line_columns | join(', ') }},
        allocation_key
    from {{ relation }}
    where amount <> 0
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
)

select * from final
