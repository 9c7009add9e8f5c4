-- one row per definition set, allocation slice of a deal that counts, step of its path and cell
{{ config(materialized='view') }}
{#- An edit in the CRM since is taken back in the deal's own cell; then hops carry the booked value
    from the deal's cell to the order's: -v leaves, +v arrives. -#}
{%- set hops = [
    {'step': 'period', 'code': "'1.09'", 'when': 'deal_period <> order_period',
     'from': ['deal_entity', 'deal_currency', 'deal_period'],
     'to': ['deal_entity', 'deal_currency', 'order_period'], 'arrives': 'booked_then',
     'detail': "case when order_period > deal_period then 'ordered_later'
                else 'ordered_earlier' end"},
    {'step': 'entity', 'code': "'1.10'", 'when': 'deal_entity <> order_entity',
     'from': ['deal_entity', 'deal_currency', 'order_period'],
     'to': ['order_entity', 'deal_currency', 'order_period'], 'arrives': 'booked_then',
     'detail': "''"},
    {'step': 'currency', 'when': 'deal_currency <> order_currency',
     'code': "case when is_convertible then '1.11' else '1.99' end",
     'from': ['order_entity', 'deal_currency', 'order_period'],
     'to': ['order_entity', 'order_currency', 'order_period'], 'arrives': 'value_currency',
     'detail': "case when is_convertible then '' else 'rate_missing' end"},
] -%}
{#- Deltas change the value within the order's cell; each has fields of its own as evidence. -#}
{%- set deltas = [
    {'step': 'term', 'code': "'1.13'", 'rule': "'term_months'",
     'amount': 'value_term - value_currency'},
    {'step': 'tax_freight', 'code': "'1.18'", 'rule': "'deal_tax_and_freight'",
     'amount': 'value_tax - value_term'},
    {'step': 'quantity', 'code': "'1.15'", 'rule': "'quantity'",
     'amount': 'value_quantity - value_tax'},
    {'step': 'list_price', 'code': "'1.16'", 'rule': "'list_price'",
     'amount': 'value_list_price - value_quantity'},
    {'step': 'rest', 'code': 'rest_code', 'rule': 'rest_rule',
     'amount': 'ordered_then - value_list_price'},
    {'step': 'change_order', 'code': "'1.21'", 'rule': 'order_source', 'detail': 'order_detail',
     'amount': 'ordered - ordered_then'},
] -%}
with walked as (
    select
        deal.definition_id,
        deal.account_id,
        deal.entity as deal_entity,
        deal.currency as deal_currency,
        deal.period as deal_period,
        slice.* exclude (rest_code, rest_rule),
        case
            when
                abs(slice.ordered_then - slice.value_list_price)
                <= deal.rounding_tolerance_minor_units * slice.granule
                and slice.is_convertible
                then '1.19'
            else slice.rest_code
        end as rest_code,
        case
            when
                abs(slice.ordered_then - slice.value_list_price)
                <= deal.rounding_tolerance_minor_units * slice.granule
                and slice.is_convertible
                then 'rounding_tolerance'
            else slice.rest_rule
        end as rest_rule,
        history.crm_source,
        history.order_source,
        case
            when cast(history.edited_at as date) > period_lock.locked_on
                then 'amount_changed_after_close'
            else 'amount_changed_after_order'
        end as edit_detail,
        history.order_rule || case
            when cast(history.order_changed_at as date) > deal.booking_date then '_after_booking'
            else '_after_order'
        end as order_detail,
    from {{ ref('int_bridge__leg1_slice') }} as slice
    inner join {{ ref('int_booking__classified') }} as deal
        on
            slice.crm_system = deal.crm_system
            and slice.opportunity_id = deal.opportunity_id
            and deal.deal_code = ''
    left join {{ ref('int_bridge__leg1_history') }} as history
        on slice.allocation_key = history.allocation_key
    left join {{ ref('int_booking__period_lock') }} as period_lock
        on deal.period = period_lock.period
),

stepped as (
    {%- for hop in hops %}
    {%- for cell, amount in [(hop.from, '-booked_then'), (hop.to, hop.arrives)] %}
    select
        walked.*,
        '{{ hop.step }}' as step,
        {{ hop.code }} as line_code,
        {{ hop.detail }} as line_detail,
        link_rule as rule,
        {{ cell[0] }} as entity,
        {{ cell[1] }} as currency,
        {{ cell[2] }} as period,
        {{ amount }} as delta,
    from walked
    where {{ hop.when }}
    union all
    {%- endfor %}
    {%- endfor %}
    select
        walked.*,
        'crm_edit' as step,
        '1.04' as line_code,
        edit_detail as line_detail,
        crm_source as rule,
        deal_entity as entity,
        deal_currency as currency,
        deal_period as period,
        booked_then - booked as delta,
    from walked
    union all
    {%- for delta in deltas %}
    select
        walked.*,
        '{{ delta.step }}' as step,
        {{ delta.code }} as line_code,
        {{ delta.detail | default(delta.rule) }} as line_detail,
        {{ delta.rule }} as rule,
        order_entity as entity,
        order_currency as currency,
        order_period as period,
        {{ delta.amount }} as delta,
    from walked
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

final as (
    select
        definition_id,
        1 as leg,
        line_code,
        line_detail,
        step,
        entity,
        currency,
        period,
        {{ from_ten_thousandths('delta') }} as amount,
        -- A delta rests on a declared rule, so it is never better than the rule or the link.
        case
            when line_code = '1.99' then 'E'
            when line_code in ('1.09', '1.10') or evidence_grade > 'B' then evidence_grade
            else 'B'
        end as evidence_grade,
        rule,
        crm_system,
        account_id,
        opportunity_id,
        opportunity_line_id,
        erp_system,
        'sales_order' as document_type,
        order_id as document_id,
        order_line_id as document_line_id,
        allocation_key,
    from stepped
    where delta <> 0
)

select * from final
