-- one row per step from net billing to cash, before any definition set names it; steps tax and excess
-- belong to cash only, the others also to revenue that is recognised when an invoice is paid
with cash_slice as (

    select * from {{ ref('int_revenue__cash_slice') }}

),

billing_line as (

    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided

),

billing_tax as (

    select * from {{ ref('int_erp__billing_tax') }}
    where is_posting and not is_voided

),

step as (

    select
        'billed' as step,
        entity,
        currency,
        invoice_period as period,
        settlement_period as counter_period,
        -net_amount as amount,
        'paid_later' as reason,
        erp_system,
        'invoice' as document_type,
        invoice_id as document_id,
        '' as document_line_id,
        settlement_id as allocation_key
    from cash_slice
    where slice_type = 'payment' and settlement_period <> invoice_period
    union all
    select
        'paid' as step,
        entity,
        currency,
        settlement_period as period,
        invoice_period as counter_period,
        net_amount as amount,
        'billed_before' as reason,
        erp_system,
        'payment' as document_type,
        settlement_id as document_id,
        '' as document_line_id,
        invoice_id as allocation_key
    from cash_slice
    where slice_type = 'payment' and settlement_period <> invoice_period
    union all
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
    from cash_slice
    where slice_type in ('credit', 'open')
    union all
    select
        'tax' as step,
        entity,
        currency,
        settlement_period as period,
        settlement_period as counter_period,
        tax_amount as amount,
        '' as reason,
        erp_system,
        'payment' as document_type,
        settlement_id as document_id,
        '' as document_line_id,
        invoice_id as allocation_key
    from cash_slice
    where slice_type = 'payment'
    union all
    select
        'excess' as step,
        entity,
        currency,
        settlement_period as period,
        settlement_period as counter_period,
        applied_amount - gross_amount as amount,
        'applied beyond the invoice' as reason,
        erp_system,
        'payment' as document_type,
        settlement_id as document_id,
        '' as document_line_id,
        invoice_id as allocation_key
    from cash_slice
    where slice_type = 'payment'
    union all
    select
        'tax' as step,
        entity,
        currency,
        period,
        period as counter_period,
        amount,
        '' as reason,
        erp_system,
        document_type,
        document_id,
        document_line_id,
        '' as allocation_key
    from billing_tax
    where document_type = 'cash_sale'
    union all
    select
        'credit_memo' as step,
        entity,
        currency,
        period,
        period as counter_period,
        -amount as amount,
        'credit_memo' as reason,
        erp_system,
        document_type,
        document_id,
        document_line_id,
        '' as allocation_key
    from billing_line
    where document_type = 'credit_memo'
    union all
    select
        'pending' as step,
        entity,
        currency,
        period,
        period as counter_period,
        -amount as amount,
        'pending_credit' as reason,
        erp_system,
        document_type,
        document_id,
        document_line_id,
        '' as allocation_key
    from {{ ref('int_bridge__pending_credit') }}

),

final as (

    select * from step
    where amount <> 0

)

select * from final
