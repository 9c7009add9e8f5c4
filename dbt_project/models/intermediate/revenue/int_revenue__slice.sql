-- one row per revenue policy and piece of an obligation's balance that one event fills and one
-- event uses up, by running totals; either side is null while its counterpart has not happened
{%- set stream = ['policy_id', 'erp_system', 'obligation_id', 'entity', 'currency'] %}
with event as (select * from {{ ref('int_revenue__event') }}),

running as (
    select
        *,
        coalesce(
            sum(size) over (
                partition by {{ stream | join(', ') }}, side
                order by period, event_key
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as from_total,
        sum(size) over (
            partition by {{ stream | join(', ') }}, side
            order by period, event_key
            rows between unbounded preceding and current row
        ) as to_total,
        sum(case when side = 'supply' then size else 0 end) over (
            partition by {{ stream | join(', ') }}
        ) as supply_total,
        sum(case when side = 'demand' then size else 0 end) over (
            partition by {{ stream | join(', ') }}
        ) as demand_total
    from event
),

supply as (
    select * from running
    where side = 'supply'
),

demand as (
    select * from running
    where side = 'demand'
),

met as (
    select
        supply.policy_id,
        supply.erp_system,
        supply.obligation_id,
        supply.entity,
        supply.currency,
        supply.direction,
        supply.event_key as supply_key,
        demand.event_key as demand_key,
        case when supply.to_total < demand.to_total then supply.to_total else demand.to_total end
        - case
            when supply.from_total > demand.from_total then supply.from_total
            else demand.from_total
        end as size
    from supply
    inner join demand
        on
            supply.policy_id = demand.policy_id
            and supply.erp_system = demand.erp_system
            and supply.obligation_id = demand.obligation_id
            and supply.entity = demand.entity
            and supply.currency = demand.currency
            and supply.from_total < demand.to_total
            and supply.to_total > demand.from_total
),

unmet as (
    select
        policy_id,
        erp_system,
        obligation_id,
        entity,
        currency,
        direction,
        case when side = 'supply' then event_key end as supply_key,
        case when side = 'demand' then event_key end as demand_key,
        to_total - case
            when side = 'supply' and demand_total > from_total then demand_total
            when side = 'demand' and supply_total > from_total then supply_total
            else from_total
        end as size
    from running
    where
        (side = 'supply' and to_total > demand_total)
        or (side = 'demand' and to_total > supply_total)
),

slice as (
    select * from met
    union all
    select * from unmet
),

final as (
    select
        slice.policy_id,
        slice.erp_system,
        slice.obligation_id,
        slice.entity,
        slice.currency,
        cast(slice.size * slice.direction as decimal(28, 4)) as amount,
        slice.supply_key,
        supply.event_type as supply_type,
        supply.period as supply_period,
        supply.document_type as supply_document_type,
        supply.document_id as supply_document_id,
        supply.document_line_id as supply_document_line_id,
        slice.demand_key,
        demand.event_type as demand_type,
        demand.period as demand_period,
        demand.document_type as demand_document_type,
        demand.document_id as demand_document_id,
        demand.document_line_id as demand_document_line_id
    from slice
    left join supply
        on
            slice.policy_id = supply.policy_id
            and slice.erp_system = supply.erp_system
            and slice.obligation_id = supply.obligation_id
            and slice.entity = supply.entity
            and slice.currency = supply.currency
            and slice.supply_key = supply.event_key
    left join demand
        on
            slice.policy_id = demand.policy_id
            and slice.erp_system = demand.erp_system
            and slice.obligation_id = demand.obligation_id
            and slice.entity = demand.entity
            and slice.currency = demand.currency
            and slice.demand_key = demand.event_key
)

select * from final
