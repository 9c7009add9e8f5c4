-- one row per step from net billing to cash, before any definition set names it; steps tax and
-- excess belong to cash only, the others also to revenue that is recognised when an invoice is paid
with payment as (
    select * from {{ ref('int_revenue__cash_slice') }}
    where slice_type = 'payment'
),

unpaid as (
    select * from {{ ref('int_revenue__cash_slice') }}
    where slice_type in ('credit', 'open')
),

cash_sale_tax as (
    select * from {{ ref('int_erp__billing_tax') }}
    where is_posting and not is_voided and document_type = 'cash_sale'
),

credit_memo as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided and document_type = 'credit_memo'
),

pending_credit as (select * from {{ ref('int_bridge__pending_credit') }}),

step as (
    {% for step, reason, amount, side in [
        ('billed', 'paid_later', '-net_amount', 'invoice'),
        ('paid', 'billed_before', 'net_amount', 'settlement'),
        ('tax', '', 'tax_amount', 'settlement'),
        ('excess', 'applied beyond the invoice', 'applied_amount - gross_amount', 'settlement'),
    ] -%}
    select
        '{{ step }}' as step,
        entity,
        currency,
        {{ side }}_period as period,
        {{ 'settlement' if side == 'invoice' else 'invoice' }}_period as counter_period,
        {{ amount }} as amount,
        '{{ reason }}' as reason,
        erp_system,
        '{{ "invoice" if side == "invoice" else "payment" }}' as document_type,
        {{ side }}_id as document_id,
        '' as document_line_id,
        {{ 'settlement' if side == 'invoice' else 'invoice' }}_id as allocation_key
    from payment
    where {{ 'settlement_period <> invoice_period' if step in ('billed', 'paid') else 'true' }}
    union all
    {% endfor -%}
    select
        case when slice_type = 'credit' then 'credited' else 'open' end as step,
        entity,
        currency,
        invoice_period as period,
        invoice_period as counter_period,
        -net_amount as amount,
        case when slice_type = 'credit' then 'settled_by_credit' else 'open' end as reason,
        erp_system,
        'invoice' as document_type,
        invoice_id as document_id,
        '' as document_line_id,
        settlement_id as allocation_key
    from unpaid
    {%- for step, reason, sign, relation in [
        ('tax', '', '', 'cash_sale_tax'),
        ('credit_memo', 'credit_memo', '-', 'credit_memo'),
        ('pending', 'pending_credit', '-', 'pending_credit'),
    ] %}
    union all
    select
        '{{ step }}' as step,
        entity,
        currency,
        period,
        period as counter_period,
        {{ '-amount as amount' if sign else 'amount' }},
        '{{ reason }}' as reason,
        erp_system,
        document_type,
        document_id,
        document_line_id,
        '' as allocation_key
    from {{ relation }}
    {%- endfor %}
),

final as (
    select * from step
    where amount <> 0
)

select * from final
