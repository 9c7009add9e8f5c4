-- one row per revenue policy and step from net billing to ledger revenue that the schedule of an
-- obligation explains, or a difference between schedule, plan and posting; before any definition
-- set names it
{%- set line_columns = ['erp_system', 'document_type', 'document_id', 'document_line_id'] %}
{%- set recognising = "('recognition', 'catch_up', 'financing')" %}
with difference as (select * from {{ ref('int_revenue__schedule_difference') }}),

reallocation as (select * from {{ ref('int_revenue__reallocation') }}),

financing as (
    select * from {{ ref('int_revenue__recognition') }}
    where kind = 'financing'
),

transferred_bill as (
    select * from {{ ref('int_revenue__billed') }}
    where entity <> bill_entity
),

-- what is billed and recognised in one month needs no step, unless a modification explains it
slice as (
    select
        *,
        coalesce(supply_key, '') || '>' || coalesce(demand_key, '') as allocation_key
    from {{ ref('int_revenue__slice') }}
    where
        supply_period is distinct from demand_period
        or supply_type = 'catch_up'
        or demand_type = 'catch_up'
),

-- what a slice was before its counterpart, and what the counterpart did
slice_step as (
    select
        policy_id,
        case
            when supply_type = 'catch_up' then 'catch_up'
            when supply_type in {{ recognising }} and demand_period < supply_period
                then 'earned_reversed'
            when supply_type in {{ recognising }} then 'deferred_again'
            when demand_type in {{ recognising }} and demand_period < supply_period
                then 'earned_billed'
            else 'deferred'
        end as step,
        entity,
        currency,
        supply_period as period,
        coalesce(demand_period, supply_period) as counter_period,
        -amount as amount,
        cast(null as integer) as minor_unit,
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
        policy_id,
        case
            when demand_type = 'catch_up' then 'catch_up'
            when demand_type not in {{ recognising }} then 'deferral_credited'
            when supply_key is null or demand_period < supply_period then 'earned'
            else 'released'
        end as step,
        entity,
        currency,
        demand_period as period,
        coalesce(supply_period, demand_period) as counter_period,
        amount,
        cast(null as integer) as minor_unit,
        case when supply_key is null then 'unbilled' else '' end as reason,
        erp_system,
        demand_document_type as document_type,
        demand_document_id as document_id,
        demand_document_line_id as document_line_id,
        allocation_key
    from slice
    where demand_key is not null
),

-- moved between the obligations of a contract, and between entities, with the bill; interest uses
-- up or fills a balance and is no revenue
moved_step as (
    select
        policy_id,
        'reallocated' as step,
        entity,
        currency,
        period,
        period as counter_period,
        amount,
        minor_unit,
        'obligation ' || obligation_id as reason,
        {{ line_columns | join(', ') }},
        obligation_id as allocation_key
    from reallocation
    union all
    select
        policy_id,
        'financing' as step,
        entity,
        currency,
        period,
        period as counter_period,
        -amount as amount,
        minor_unit,
        'financing' as reason,
        {{ line_columns | join(', ') }},
        obligation_id as allocation_key
    from financing
    union all
    {%- for step, entity, reason, amount in [
        ('entity_left', 'bill_entity', "'obligation of ' || entity", '-amount'),
        ('entity_reached', 'entity', "'billed by ' || bill_entity", 'amount'),
    ] %}
    select
        policy_id,
        '{{ step }}' as step,
        {{ 'entity' if entity == 'entity' else entity ~ ' as entity' }},
        currency,
        period,
        period as counter_period,
        {{ 'amount' if amount == 'amount' else amount ~ ' as amount' }},
        minor_unit,
        {{ reason }} as reason,
        {{ line_columns | join(', ') }},
        '' as allocation_key
    from transferred_bill
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

difference_step as (
    select
        policy_id,
        case
            when cause = 'other_entity' then 'entity_' || side
            when cause = 'other_currency' then 'currency_' || side
            when cause in ('unposted', 'wrong_period') then 'schedule_gap'
            when cause = 'amount' then 'posting_difference'
            else 'plan_difference'
        end as step,
        entity,
        currency,
        period,
        counter_period,
        amount,
        minor_unit,
        case cause
            when 'other_entity' then 'posted in another entity'
            when 'other_currency' then 'posted in another currency'
            else cause
        end as reason,
        {{ line_columns | join(', ') }},
        difference_key as allocation_key
    from difference
),

final as (
    {% for relation in ['slice_step', 'moved_step', 'difference_step'] -%}
    select
        policy_id,
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
