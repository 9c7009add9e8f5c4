-- one row per step of an order line, bill line or credit line on its path from order to net
-- billing, before any definition set names it
{%- set source_columns = [
    'erp_system', 'document_type', 'document_id', 'document_line_id', 'allocation_key'
] %}
with order_line as (
    select * from {{ ref('int_erp__order_line') }}
    where is_released
),

billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided
),

whole_line as (select * from {{ ref('int_bridge__whole_bill') }}),

backlog as (select * from {{ ref('int_bridge__backlog') }}),

pending_credit as (select * from {{ ref('int_bridge__pending_credit') }}),

slice as (
    select
        billing_slice.*,
        order_line.entity as order_entity,
        order_line.currency as order_currency,
        order_line.period as order_period,
        billing_line.entity,
        billing_line.currency,
        billing_line.period,
        billing_line.document_type,
        billing_line.minor_unit,
        billing_slice.order_id || ':' || billing_slice.order_line_id
        || '>' || billing_slice.document_id || ':' || billing_slice.document_line_id
            as allocation_key
    from {{ ref('int_bridge__billing_slice') }} as billing_slice
    inner join order_line
        on
            billing_slice.erp_system = order_line.erp_system
            and billing_slice.order_id = order_line.order_id
            and billing_slice.order_line_id = order_line.order_line_id
    inner join billing_line
        on
            billing_slice.erp_system = billing_line.erp_system
            and billing_slice.document_id = billing_line.document_id
            and billing_slice.document_line_id = billing_line.document_line_id
),

step as (
    {#- hops: (step, entity, currency, period, counter period, amount, in whose name, condition) -#}
    {%- set hops = [
        ('period_left', 'order_entity', 'order_currency', 'order_period', '-slice_amount',
         'order_period <> period'),
        ('period_right', 'order_entity', 'order_currency', 'period', 'slice_amount',
         'order_period <> period'),
        ('entity_left', 'order_entity', 'order_currency', 'period', '-slice_amount',
         'order_entity <> entity'),
        ('entity_right', 'entity', 'order_currency', 'period', 'slice_amount',
         'order_entity <> entity'),
        ('currency_left', 'entity', 'order_currency', 'period', '-slice_amount',
         'order_currency <> currency'),
        ('currency_right', 'entity', 'currency', 'period', 'covered_amount',
         'order_currency <> currency'),
        ('price', 'entity', 'currency', 'period', 'covered_amount - slice_amount',
         'order_currency = currency'),
        ('overage', 'entity', 'currency', 'period', 'billed_amount - covered_amount',
         'billed_amount <> covered_amount'),
    ] -%}
    {%- set reasons = {'period_left': 'billed_later', 'period_right': 'ordered_before'} -%}
    {%- for step, entity, currency, period, amount, condition in hops %}
    {%- set is_left = step in ('period_left',) %}
    select
        '{{ step }}' as step,
        {{ entity }} as entity,
        {{ currency }} as currency,
        {{ period }} as period,
        {{ 'period' if is_left else 'order_period' }} as counter_period,
        {{ amount }} as amount,
        minor_unit,
        is_price_changed,
        '{{ reasons.get(step, "") }}' as reason,
        erp_system,
        {{ "'sales_order'" if is_left else 'document_type' }} as document_type,
        {{ 'order_id' if is_left else 'document_id' }} as document_id,
        {{ 'order_line_id' if is_left else 'document_line_id' }} as document_line_id,
        allocation_key
    from slice
    where {{ condition }}
    union all
    {%- endfor %}
    select
        case
            when reason in ('cancelled', 'short_closed', 'bill_missing') then reason else 'backlog'
        end as step,
        entity,
        currency,
        period,
        period as counter_period,
        -amount as amount,
        null as minor_unit,
        false as is_price_changed,
        reason,
        erp_system,
        'sales_order' as document_type,
        order_id as document_id,
        order_line_id as document_line_id,
        '' as allocation_key
    from backlog
    union all
    select
        step,
        step_entity as entity,
        step_currency as currency,
        period,
        period as counter_period,
        step_amount as amount,
        minor_unit,
        false as is_price_changed,
        case
            when step = 'credit' and created_from_document_type = 'return_authorisation'
                then 'return'
            -- a credit posted to an account for write-offs or deductions says what it is
            when step = 'credit' and settlement_purpose in ('write_off', 'chargeback', 'discount')
                then settlement_purpose
            when step = 'credit' then 'price'
            when step in ('rebill', 'rebill_credit') then 'rebill_pair'
            when step = 'unordered' and order_id is not null then 'order_not_released'
            when step = 'unordered' then document_type
            else ''
        end as reason,
        {{ source_columns | join(', ') }}
    from whole_line
    union all
    {#- what is billed again elsewhere goes there, as a slice does -#}
    {%- for step, entity, currency, amount, condition in [
        ('entity_left', 'step_entity', 'step_currency', '-step_amount', 'step_entity <> entity'),
        ('entity_right', 'entity', 'step_currency', 'step_amount', 'step_entity <> entity'),
        ('currency_left', 'entity', 'step_currency', '-step_amount', 'step_currency <> currency'),
        ('currency_right', 'entity', 'currency', 'amount', 'step_currency <> currency'),
        ('reissue_price', 'entity', 'currency', 'reissue_price_amount', 'step_currency = currency'),
    ] %}
    select
        '{{ step }}' as step,
        {{ entity }} as entity,
        {{ currency }} as currency,
        period,
        period as counter_period,
        {{ amount }} as amount,
        minor_unit,
        true as is_price_changed,
        '' as reason,
        {{ source_columns | join(', ') }}
    from whole_line
    where step in ('reissue', 'rebill') and {{ condition }}
    union all
    {%- endfor %}
    select
        'pending' as step,
        entity,
        currency,
        period,
        period as counter_period,
        amount,
        null as minor_unit,
        false as is_price_changed,
        document_type as reason,
        erp_system,
        document_type,
        document_id,
        document_line_id,
        '' as allocation_key
    from pending_credit
),

final as (
    select * from step
    where amount <> 0
)

select * from final
