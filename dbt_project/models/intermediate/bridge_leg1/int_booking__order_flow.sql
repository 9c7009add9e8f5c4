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

order_line as (select * from {{ ref('int_erp__order_line') }}),

billed as (
    select
        erp_system,
        order_id,
        order_line_id,
        currency,
        sum(billed_amount) as billed_amount,
        sum(recognised_amount) as recognised_amount,
        sum(paid_amount) as paid_amount,
        min(case when document_type <> 'credit_memo' then document_date end) as first_invoice_date,
        min(first_payment_date) as first_payment_date,
        max(last_payment_date) as last_payment_date,
    from {{ ref('int_booking__billed_order_line') }}
    group by erp_system, order_id, order_line_id, currency
),

-- Revenue journals name the performance obligation, and that its order line.
obligation as (select * from {{ ref('int_revenue__obligation') }}),

journal as (
    select
        obligation.erp_system,
        obligation.contract_id as order_id,
        obligation.contract_line_id as order_line_id,
        sum(ledger_line.amount) as recognised_amount,
    from {{ ref('int_erp__ledger_line') }} as ledger_line
    inner join obligation
        on
            ledger_line.erp_system = obligation.erp_system
            and ledger_line.revenue_element_id = obligation.obligation_id
    where
        ledger_line.is_posting
        and ledger_line.account_class = 'revenue'
        and ledger_line.document_type = 'journal'
    group by obligation.erp_system, obligation.contract_id, obligation.contract_line_id
),

measured as (
    select
        slice.*,
        order_line.currency,
        order_line.minor_unit,
        order_line.order_date,
        order_line.is_cancelled,
        billed.first_invoice_date,
        billed.first_payment_date,
        billed.last_payment_date,
        coalesce(billed.billed_amount, 0) as line_billed,
        coalesce(billed.recognised_amount, 0) + coalesce(journal.recognised_amount, 0)
            as line_recognised,
        coalesce(billed.paid_amount, 0) as line_paid,
        {{ to_minor('abs(slice.ordered_amount)', 'order_line.minor_unit') }} as weight,
        count(*) over (partition by slice.erp_system, slice.order_id, slice.order_line_id) as deals,
    from slice
    inner join order_line
        on
            slice.erp_system = order_line.erp_system
            and slice.order_id = order_line.order_id
            and slice.order_line_id = order_line.order_line_id
    left join billed
        on
            slice.erp_system = billed.erp_system
            and slice.order_id = billed.order_id
            and slice.order_line_id = billed.order_line_id
            and order_line.currency = billed.currency
    left join journal
        on
            slice.erp_system = journal.erp_system
            and slice.order_id = journal.order_id
            and slice.order_line_id = journal.order_line_id
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
