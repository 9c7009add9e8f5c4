-- one row per erp_system, invoice_id and payment_id: cash applied to an invoice, gross of tax; a
-- payment, a deposit's application, or a journal whose other side is a bank account
with

cash as (
    select * from {{ ref('int_erp__bill_settlement') }}
    where kind = 'payment'
),

received as (
    select * from {{ ref('int_erp__cash_received') }}
),

-- cash in another currency than the invoice's is shared over what it settles; XXX is no currency
weighted as (
    select
        cash.*,
        coalesce(
            cash.settling_currency <> cash.currency
            and cash.settling_currency <> 'XXX'
            and cash.currency <> 'XXX'
            and received.payment_id is not null,
            false
        ) as is_other_currency,
        coalesce({{ to_minor('received.amount', 'cash.settling_minor_unit') }}, 0)
            as received_units,
        abs({{ ten_thousandths('cash.amount') }}) as weight,
    from cash
    left join received
        on
            cash.erp_system = received.erp_system
            and cash.settlement_id = received.payment_id
),

divided as (
    {{ largest_remainder(
        relation='weighted', total='received_units', weight='weight',
        partition_by=['erp_system', 'settlement_id'], order_by=['invoice_id'],
        result='cash_units'
    ) }}
),

final as (
    select
        erp_system,
        invoice_id,
        settlement_id as payment_id,
        settlement_type as payment_type,
        settlement_number as payment_number,
        settlement_date as payment_date,
        period,
        erp_customer_id,
        entity,
        currency,
        minor_unit,
        amount,
        case when is_other_currency then settling_currency else currency end as cash_currency,
        case
            when is_other_currency then {{ from_minor('cash_units', 'settling_minor_unit') }}
            else amount
        end as cash_amount,
        is_owed_posting,
        is_posting,
    from divided
)

select * from final
