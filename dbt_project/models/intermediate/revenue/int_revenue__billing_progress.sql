-- one row per performance obligation that is recognised as it is billed or paid (evergreen: over
-- the service of each bill), and bill line of it or payment of such a line
with obligation as (
    select
        erp_system,
        obligation_id,
        case
            when policy_recognition in ('invoice', 'payment') then policy_recognition
            else 'evergreen'
        end as recognition,
        max(order_id) as order_id,
        max(order_line_id) as order_line_id,
        case when max(sales_amount) < 0 then -1 else 1 end as direction
    from {{ ref('int_revenue__policy_obligation') }}
    where
        policy_recognition in ('invoice', 'payment')
        or (
            policy_recognition like 'straight_line%'
            and start_date is not null and end_date is null
        )
    group by
        erp_system,
        obligation_id,
        case
            when policy_recognition in ('invoice', 'payment') then policy_recognition
            else 'evergreen'
        end
),

billing_line as (
    select
        *,
        'bill ' || document_id || ':' || document_line_id as bill_name
    from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided
),

cash_slice as (
    select * from {{ ref('int_revenue__cash_slice') }}
    where slice_type = 'payment'
),

document as (select * from {{ ref('int_erp__document') }}),

-- a bill names its obligation, or the order line that the obligation stands for, or is one itself
billed as (
    {% for condition in [
        'billing_line.revenue_element_id = obligation.obligation_id',
        'billing_line.order_id = obligation.order_id
            and billing_line.order_line_id = obligation.order_line_id
            and billing_line.revenue_element_id is null',
        'billing_line.bill_name = obligation.obligation_id',
    ] -%}
    select
        obligation.erp_system,
        obligation.obligation_id,
        obligation.recognition,
        obligation.direction,
        billing_line.document_type,
        billing_line.document_id,
        billing_line.document_line_id,
        billing_line.document_date,
        billing_line.period,
        billing_line.entity,
        billing_line.term_months,
        {{ ten_thousandths('billing_line.amount') }} as line_size
    from billing_line
    inner join obligation
        on
            billing_line.erp_system = obligation.erp_system
            and {{ condition }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

invoice as (
    select
        erp_system,
        document_id as invoice_id,
        entity,
        {{ ten_thousandths('sum(amount)') }} as invoice_size
    from billing_line
    where document_type = 'invoice'
    group by erp_system, document_id, entity
),

-- a line is paid as far as its invoice is; measured on the running total, the last payment ends it
paid as (
    select
        billed.erp_system,
        billed.obligation_id,
        billed.direction,
        billed.line_size,
        invoice.invoice_size,
        cash_slice.settlement_type as document_type,
        cash_slice.settlement_id as document_id,
        '' as document_line_id,
        coalesce(document.document_date, cash_slice.settlement_period) as event_date,
        cash_slice.settlement_period as period,
        {{ ten_thousandths('sum(cash_slice.net_amount) over in_order') }} as paid_to,
        {{ ten_thousandths('cash_slice.net_amount') }} as paid_now
    from billed
    inner join invoice
        on
            billed.erp_system = invoice.erp_system
            and billed.document_id = invoice.invoice_id
            and billed.entity = invoice.entity
    inner join cash_slice
        on {{ same_keys('invoice', 'cash_slice', ['erp_system', 'invoice_id', 'entity']) }}
    left join document
        on
            cash_slice.erp_system = document.erp_system
            and cash_slice.settlement_id = document.document_id
    where billed.recognition = 'payment'
    window in_order as (
        partition by
            billed.erp_system, billed.obligation_id, billed.document_id, billed.document_line_id
        order by cash_slice.settlement_period, cash_slice.settlement_id
        rows between unbounded preceding and current row
    )
),

final as (
    select
        erp_system,
        obligation_id,
        'payment' as recognition,
        document_type,
        document_id,
        document_line_id,
        event_date,
        period,
        cast(null as date) as served_from,
        cast(null as date) as served_to,
        direction * (
            {{ scale_whole('line_size', 'paid_to', 'invoice_size', 1) }}
            - {{ scale_whole('line_size', '(paid_to - paid_now)', 'invoice_size', 1) }}
        ) as measure
    from paid
    union all
    -- a cash sale is billed and paid in one; a bill serves as long as it says, else a month
    select
        billed.erp_system,
        billed.obligation_id,
        billed.recognition,
        billed.document_type,
        billed.document_id,
        billed.document_line_id,
        billed.document_date as event_date,
        billed.period,
        coalesce(document.start_date, billed.document_date) as served_from,
        coalesce(
            case when document.end_date >= document.start_date then document.end_date end,
            {{ add_days('cast(' ~ dbt.dateadd(
                'month', 'coalesce(nullif(billed.term_months, 0), 1)',
                'coalesce(document.start_date, billed.document_date)'
            ) ~ ' as date)', -1) }}
        ) as served_to,
        case when billed.recognition = 'evergreen' then 1 else billed.direction end
        * billed.line_size as measure
    from billed
    left join document
        on
            billed.erp_system = document.erp_system
            and billed.document_id = document.document_id
    where billed.recognition <> 'payment' or billed.document_type = 'cash_sale'
)

select * from final
