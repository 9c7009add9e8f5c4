-- one row per step from net billing to cash, before any definition set names it; steps that belong
-- to cash only have is_cash_only, the others also lead to revenue that is recognised when paid
{%- set not_cash = "('credit', 'open', 'transfer', 'payment')" %}
with cash_slice as (select * from {{ ref('int_revenue__cash_slice') }}),

settled as (
    select * from cash_slice
    where slice_type not in ('credit', 'open', 'transfer')
),

payment as (
    select * from cash_slice
    where slice_type = 'payment'
),

without_cash as (
    select * from cash_slice
    where slice_type not in {{ not_cash }}
),

unpaid as (
    select * from cash_slice
    where slice_type in ('credit', 'open', 'transfer')
),

cash_sale_tax as (
    select
        *,
        period as counter_period,
        '' as allocation_key
    from {{ ref('int_erp__billing_tax') }}
    where is_posting and not is_voided and document_type = 'cash_sale'
),

pending_credit as (
    select
        *,
        period as counter_period,
        '' as allocation_key
    from {{ ref('int_bridge__pending_credit') }}
),

credit_step as (select * from {{ ref('int_revenue__credit_step') }}),

other_currency as (
    select * from {{ ref('int_erp__payment_application') }}
    where is_posting and cash_currency <> currency
),

unapplied_cover as (select * from {{ ref('int_revenue__unapplied_cover') }}),

step as (
    {#- step, reason, amount, whether in the invoice's name and month, whether cash only, relation,
        condition -#}
    {% for step, reason, amount, is_bill, is_cash_only, relation, condition in [
        ("'billed'", "case when slice_type = 'payment' then 'paid_later' else 'settled_later' end",
         '-net_amount', true, false, 'settled', 'settlement_period <> invoice_period'),
        ("case when slice_type = 'payment' then 'paid' else 'settled' end", "'billed_before'",
         'net_amount', false, false, 'settled', 'settlement_period <> invoice_period'),
        ('slice_type', 'slice_type', '-net_amount', false, false, 'without_cash', 'true'),
        ("'tax'", "''", 'tax_amount', false, true, 'payment', 'true'),
        ("case when is_billed then 'excess' else 'unbilled' end",
         "case when is_billed then 'applied beyond the invoice'
             else 'applied to a bill that is void or not posted' end",
         'applied_amount - gross_amount', false, true, 'payment', 'true'),
        ("case when slice_type = 'credit' then 'credited' else 'open' end",
         "case slice_type when 'credit' then 'settled_by_credit' when 'transfer'
             then 'moved_to_another_receivable' else 'open' end",
         '-net_amount', true, false, 'unpaid', 'true'),
    ] -%}
    select
        {{ step }} as step,
        {{ is_cash_only | lower }} as is_cash_only,
        entity,
        currency,
        {{ 'invoice' if is_bill else 'settlement' }}_period as period,
        {% if relation == 'unpaid' -%}
        invoice_period
        {%- else -%}
        {{ 'settlement' if is_bill else 'invoice' }}_period
        {%- endif %} as counter_period,
        {{ amount }} as amount,
        {{ reason }} as reason,
        erp_system,
        {{ "'invoice'" if is_bill else 'settlement_type' }} as document_type,
        {{ 'invoice' if is_bill else 'settlement' }}_id as document_id,
        '' as document_line_id,
        {{ 'settlement' if is_bill else 'invoice' }}_id as allocation_key
    from {{ relation }}
    where {{ condition }}
    union all
    {% endfor -%}
    {% for step, is_cash_only, amount, reason, relation in [
        ("'tax'", true, 'amount', "''", 'cash_sale_tax'),
        ("'pending'", false, '-amount', "'pending_credit'", 'pending_credit'),
        ('step', false, 'amount', 'reason', 'credit_step'),
    ] -%}
    select
        {{ step }} as step,
        {{ is_cash_only | lower }} as is_cash_only,
        entity,
        currency,
        period,
        counter_period,
        {{ amount }} as amount,
        {{ reason }} as reason,
        erp_system,
        document_type,
        document_id,
        document_line_id,
        allocation_key
    from {{ relation }}
    union all
    {% endfor -%}
    {% for step, currency, amount, reason, relation in [
        ("'currency_left'", 'currency', '-amount', "'paid in ' || cash_currency",
         'other_currency'),
        ("'currency_right'", 'cash_currency', 'cash_amount', "'billed in ' || currency",
         'other_currency'),
        ("'unapplied_out'", 'currency', 'net_amount', "'cash is there, not applied'",
         'unapplied_cover'),
        ("'unapplied'", 'currency', '-net_amount', "'cash is there, not applied'",
         'unapplied_cover'),
    ] -%}
    select
        {{ step }} as step,
        true as is_cash_only,
        entity,
        {{ currency }} as currency,
        period,
        period as counter_period,
        {{ amount }} as amount,
        {{ reason }} as reason,
        erp_system,
        {{ 'payment_type' if relation == 'other_currency' else "'payment'" }} as document_type,
        payment_id as document_id,
        '' as document_line_id,
        invoice_id as allocation_key
    from {{ relation }}
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
