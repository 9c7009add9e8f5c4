-- one row per opportunity and order line that share a slice: ordered, billed, recognised, paid
with slice as (
    select
        crm_system,
        opportunity_id,
        erp_system,
        order_id,
        order_line_id,
        sum(ordered_amount) as ordered_amount,
    from {{ ref('int_order_link__allocation') }}
    group by crm_system, opportunity_id, erp_system, order_id, order_line_id
),

order_line_flow as (select * from {{ ref('int_booking__order_line_flow') }}),

measured as (
    select
        slice.*,
        flow.currency,
        flow.minor_unit,
        flow.order_date,
        flow.is_cancelled,
        flow.first_invoice_date,
        flow.first_payment_date,
        flow.last_payment_date,
        flow.billed_amount as line_billed,
        flow.recognised_amount as line_recognised,
        flow.paid_amount as line_paid,
        {{ to_minor('abs(slice.ordered_amount)', 'flow.minor_unit') }} as weight,
        count(*) over (partition by slice.erp_system, slice.order_id, slice.order_line_id) as deals,
    from slice
    inner join order_line_flow as flow
        on
            slice.erp_system = flow.erp_system
            and slice.order_id = flow.order_id
            and slice.order_line_id = flow.order_line_id
),

-- An order line of several deals is shared among them by what each has ordered of it.
shared as (
    select * from measured
    where deals > 1
),

{%- for measure in ['billed', 'recognised', 'paid'] %}
{{ measure }}_split as (
    {{ largest_remainder(
        'shared' if loop.first else loop.previtem ~ '_split',
        to_minor('line_' ~ measure, 'minor_unit'), 'weight',
        ['erp_system', 'order_id', 'order_line_id'], ['crm_system', 'opportunity_id'],
        measure ~ '_minor') }}
),
{% endfor %}
final as (
    select
        crm_system, opportunity_id, erp_system, order_id, order_line_id, currency,
        order_date, is_cancelled, first_invoice_date, first_payment_date, last_payment_date,
        ordered_amount,
        line_billed as billed_amount,
        line_recognised as recognised_amount,
        line_paid as paid_amount,
    from measured
    where deals = 1
    union all
    select
        crm_system, opportunity_id, erp_system, order_id, order_line_id, currency,
        order_date, is_cancelled, first_invoice_date, first_payment_date, last_payment_date,
        ordered_amount,
        {{ from_minor('billed_minor', 'minor_unit') }} as billed_amount,
        {{ from_minor('recognised_minor', 'minor_unit') }} as recognised_amount,
        {{ from_minor('paid_minor', 'minor_unit') }} as paid_amount,
    from paid_split
)

select * from final
