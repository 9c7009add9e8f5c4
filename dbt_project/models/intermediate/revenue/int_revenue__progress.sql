-- one row per performance obligation that an event recognises, kind of event and event: how much
-- of the obligation it performs, a whole number of the kind's own measure, and how much was before
with policy_obligation as (select * from {{ ref('int_revenue__policy_obligation') }}),

obligation as (
    select
        erp_system,
        obligation_id,
        {% for column in [
            'contract_id', 'contract_line_id', 'order_id', 'order_line_id', 'erp_customer_id',
            'item_id', 'sku', 'start_date', 'end_date'
        ] -%}
        max({{ column }}) as {{ column }},
        {% endfor -%}
        policy_recognition as recognition
    from policy_obligation
    where policy_recognition in ('fulfilment', 'milestone', 'usage')
    group by erp_system, obligation_id, policy_recognition
),

fulfilment_line as (
    select * from {{ ref('int_erp__document_line') }}
    where document_type = 'fulfilment' and not is_voided
),

fulfilment_link as (
    select * from ({{ union_systems(var('erp_systems'), 'document_line_link') }}) as link
    where link_type = 'order_to_fulfilment'
),

order_line as (select * from {{ ref('int_erp__order_line') }}),

usage as (
    {{ union_systems(var('erp_systems'), 'usage') }}
),

milestone as (select * from {{ source('definitions', 'contract_milestone') }}),

contract_name as (select * from {{ ref('int_revenue__contract_name') }}),

billing_progress as (
    select * from {{ ref('int_revenue__billing_progress') }}
    where recognition <> 'evergreen'
),

fulfilled as (
    select
        obligation.erp_system,
        obligation.obligation_id,
        obligation.recognition,
        'fulfilment' as document_type,
        fulfilment_line.document_id,
        fulfilment_line.document_line_id,
        fulfilment_line.document_date as event_date,
        fulfilment_line.period,
        {{ hundred_millionths('abs(fulfilment_line.quantity)') }} as measure
    from obligation
    inner join fulfilment_link
        on
            obligation.erp_system = fulfilment_link.source_system
            and obligation.order_id = fulfilment_link.from_document_id
            and obligation.order_line_id = fulfilment_link.from_line_id
    inner join fulfilment_line
        on
            fulfilment_link.source_system = fulfilment_line.erp_system
            and fulfilment_link.to_document_id = fulfilment_line.document_id
            and fulfilment_link.to_line_id = fulfilment_line.document_line_id
    where obligation.recognition = 'fulfilment'
),

-- where no fulfilment is landed, the order line itself says what was shipped, and when
shipped as (
    select
        obligation.erp_system,
        obligation.obligation_id,
        obligation.recognition,
        'sales_order' as document_type,
        order_line.order_id as document_id,
        order_line.order_line_id as document_line_id,
        order_line.actual_ship_date as event_date,
        {{ month_start('order_line.actual_ship_date') }} as period,
        {{ hundred_millionths('abs(order_line.quantity_fulfilled)') }} as measure
    from obligation
    inner join order_line
        on {{ same_keys('obligation', 'order_line', ['erp_system', 'order_id', 'order_line_id']) }}
    left join fulfilled
        on
            obligation.erp_system = fulfilled.erp_system
            and obligation.obligation_id = fulfilled.obligation_id
    where
        obligation.recognition = 'fulfilment'
        and fulfilled.obligation_id is null
        and order_line.actual_ship_date is not null
),

-- what is used is used of the customer's service of that item on that day, the one that began first
used as (
    select
        obligation.erp_system,
        obligation.obligation_id,
        obligation.recognition,
        'usage' as document_type,
        usage.usage_id as document_id,
        '' as document_line_id,
        usage.usage_date as event_date,
        {{ month_start('usage.usage_date') }} as period,
        {{ hundred_millionths('usage.quantity') }} as measure,
        row_number() over (
            partition by usage.source_system, usage.usage_id
            order by obligation.start_date, obligation.obligation_id
        ) as preference
    from usage
    inner join obligation
        on
            usage.source_system = obligation.erp_system
            and usage.erp_customer_id = obligation.erp_customer_id
            and usage.item_id = obligation.item_id
            and usage.usage_date
            between coalesce(obligation.start_date, usage.usage_date)
            and coalesce(obligation.end_date, usage.usage_date)
    where obligation.recognition = 'usage'
),

reached as (
    select
        obligation.erp_system,
        obligation.obligation_id,
        obligation.recognition,
        'sales_order' as document_type,
        obligation.order_id as document_id,
        obligation.order_line_id as document_line_id,
        milestone.reached_on as event_date,
        {{ month_start('milestone.reached_on') }} as period,
        {{ hundred_millionths(
            'milestone.share - lag(milestone.share, 1, 0) over (
                partition by obligation.erp_system, obligation.obligation_id
                order by milestone.reached_on
            )'
        ) }} as measure
    from milestone
    inner join contract_name
        on
            milestone.erp_system = contract_name.erp_system
            and milestone.contract = contract_name.contract_name
    inner join obligation
        on
            contract_name.erp_system = obligation.erp_system
            and contract_name.contract_id = obligation.contract_id
            and {{ term_names_obligation('milestone', 'obligation') }}
    where obligation.recognition = 'milestone'
),

event as (
    {% for relation in ['billing_progress', 'fulfilled', 'shipped', 'used', 'reached'] -%}
    select
        erp_system,
        obligation_id,
        recognition,
        document_type,
        document_id,
        document_line_id,
        event_date,
        period,
        measure
    from {{ relation }}
    {%- if relation == 'used' %}
    where preference = 1
    {%- endif %}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

final as (
    select
        *,
        sum(measure) over in_order - measure as measure_before
    from event
    where measure <> 0
    window in_order as (
        partition by erp_system, obligation_id, recognition
        order by event_date, document_type, document_id, document_line_id
        rows between unbounded preceding and current row
    )
)

select * from final
