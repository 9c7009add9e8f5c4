-- one row per definition set, entity, currency, period and anchor; every key has all five anchors
{%- set anchors = ['bookings', 'orders', 'billings', 'revenue', 'cash'] %}
with measured as (
    {%- for anchor in anchors %}
    select definition_id, entity, currency, period, '{{ anchor }}' as anchor, amount
    from {{ ref('int_bridge__anchor_' ~ anchor) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

setting as (select * from {{ ref('int_booking__setting') }}),

minor_unit as (select * from {{ ref('int_reference__currency') }}),

control_total as (select * from {{ ref('int_bridge__control_total') }}),

accounting_period as (
    select period, bool_and(is_closed) as is_closed
    from {{ ref('int_erp__period') }}
    group by period
),

bridge_key as (
    select definition_id, entity, currency, period from measured
    union
    select definition_id, entity, currency, period from {{ ref('rpt_revenue_bridge') }}
    union
    -- What only a source's own report knows must show as a difference too.
    select
        setting.definition_id,
        coalesce(nullif(control_total.entity, ''), 'unassigned') as entity,
        control_total.currency,
        control_total.period,
    from control_total
    inner join setting
        on control_total.period >= setting.starts_on and control_total.period < setting.ends_before
    left join measured
        on
            setting.definition_id = measured.definition_id
            and control_total.anchor = measured.anchor
            and control_total.entity = ''
            and control_total.currency = measured.currency
            and control_total.period = measured.period
    where control_total.entity <> '' or measured.anchor is null
),

anchor as (
    {%- for anchor in anchors %}
    select '{{ anchor }}' as anchor
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

complete as (
    select
        bridge_key.definition_id,
        bridge_key.entity,
        bridge_key.currency,
        bridge_key.period,
        anchor.anchor,
        setting.fiscal_year_start_month,
        cast(coalesce(measured.amount, 0) as decimal(28, 4)) as amount,
        -- The sources report by their own definition; a set that measures otherwise has no control.
        case anchor.anchor
            when 'bookings' then setting.booking_date_basis = 'close_date'
            when 'billings' then not setting.net_pending
            when 'revenue' then setting.revenue_event = 'ledger'
            else true
        end as is_comparable,
    from bridge_key
    cross join anchor
    left join measured
        on
            bridge_key.definition_id = measured.definition_id
            and bridge_key.entity = measured.entity
            and bridge_key.currency = measured.currency
            and bridge_key.period = measured.period
            and anchor.anchor = measured.anchor
    left join setting
        on
            bridge_key.definition_id = setting.definition_id
            and bridge_key.period >= setting.starts_on
            and bridge_key.period < setting.ends_before
),

-- A control total without entity is compared for all entities together; the difference then stands
-- on the entity with the largest amount, so that controls and differences still add up.
compared as (
    select
        complete.*,
        by_entity.control_total as entity_control_total,
        together.control_total as joint_control_total,
        sum(complete.amount) over joint as joint_amount,
        row_number() over (joint order by abs(complete.amount) desc, complete.entity) as joint_rank,
    from complete
    left join control_total as by_entity
        on
            complete.is_comparable
            and complete.anchor = by_entity.anchor
            and complete.entity = by_entity.entity
            and by_entity.entity <> ''
            and complete.currency = by_entity.currency
            and complete.period = by_entity.period
    left join control_total as together
        on
            complete.is_comparable
            and complete.anchor = together.anchor
            and together.entity = ''
            and complete.currency = together.currency
            and complete.period = together.period
    window
        joint as (
            partition by
                complete.definition_id, complete.anchor, complete.currency, complete.period
        )
),

controlled as (
    select
        *,
        case
            when entity_control_total is not null then amount - entity_control_total
            when joint_control_total is null then null
            when joint_rank = 1 then joint_amount - joint_control_total
            else 0
        end as control_difference,
        case
            when entity_control_total is not null then 'entity'
            when joint_control_total is not null then 'currency'
            else 'none'
        end as control_scope,
    from compared
),

final as (
    select
        controlled.definition_id,
        controlled.entity,
        controlled.currency,
        controlled.period,
        controlled.anchor,
        controlled.amount,
        cast(controlled.amount - controlled.control_difference as decimal(28, 4)) as control_total,
        cast(controlled.control_difference as decimal(28, 4)) as control_difference,
        controlled.control_scope,
        {{ fiscal_quarter('controlled.period', 'controlled.fiscal_year_start_month') }}
            as fiscal_quarter,
        coalesce(minor_unit.minor_unit, 2) as minor_unit,
        coalesce(accounting_period.is_closed, false) as is_closed,
    from controlled
    left join minor_unit on controlled.currency = minor_unit.currency
    left join accounting_period on controlled.period = accounting_period.period
)

select * from final
