-- one row per step of a posted credit memo's part: it settles an invoice, is paid back, or waits
with credit_slice as (select * from {{ ref('int_revenue__credit_slice') }}),

invoice_slice as (
    select * from {{ ref('int_revenue__cash_slice') }}
    where slice_type = 'credit'
),

-- what the invoice's own slice says of the same use; the credit may bear tax in another proportion
used as (
    select
        credit_slice.*,
        -credit_slice.net_amount as credited_amount,
        coalesce(invoice_slice.net_amount, 0) as invoice_net_amount,
        coalesce(invoice_slice.tax_amount, 0) as invoice_tax_amount,
        coalesce(invoice_slice.gross_amount, 0) as invoice_gross_amount
    from credit_slice
    left join invoice_slice
        on
            credit_slice.slice_type = 'invoice'
            and {{ same_keys('credit_slice', 'invoice_slice', ['erp_system', 'entity']) }}
            and credit_slice.owed_document_id = invoice_slice.invoice_id
            and credit_slice.credit_memo_id = invoice_slice.settlement_id
),

step as (
    {#- step, reason, amount, whether in the refund's name and month, condition -#}
    {% for step, reason, amount, is_refund, condition in [
        ('credit_memo', 'credit_memo', 'invoice_net_amount', false, "slice_type = 'invoice'"),
        ('credit_tax', 'tax of the credit beside that of the invoice',
         'invoice_tax_amount + tax_amount', false, "slice_type = 'invoice'"),
        ('credit_excess', 'credit applied beyond the invoice',
         '-gross_amount - invoice_gross_amount', false, "slice_type = 'invoice'"),
        ('credit_memo', 'unapplied_credit', 'credited_amount', false,
         "slice_type in ('open', 'other')"),
        ('credit_memo', 'refunded_later', 'credited_amount', false,
         "slice_type = 'refund' and use_period <> period"),
        ('refund_paid', 'credited_before', '-credited_amount', true,
         "slice_type = 'refund' and use_period <> period"),
        ('refund', 'refund', 'credited_amount', true, "slice_type = 'refund'"),
    ] -%}
    select
        '{{ step }}' as step,
        entity,
        currency,
        {{ 'use_period' if is_refund else 'period' }} as period,
        {{ 'period' if is_refund else 'coalesce(use_period, period)' }} as counter_period,
        {{ amount }} as amount,
        '{{ reason }}' as reason,
        erp_system,
        {{ 'owed_document_type' if is_refund else "'credit_memo'" }} as document_type,
        {{ 'owed_document_id' if is_refund else 'credit_memo_id' }} as document_id,
        '' as document_line_id,
        {{ 'credit_memo_id' if is_refund else 'owed_document_id' }} as allocation_key
    from used
    where {{ condition }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

final as (
    select * from step
    where amount <> 0
)

select * from final
