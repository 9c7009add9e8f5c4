-- one row per erp_system and posted customer payment or deposit: cash received, what of it was
-- applied to invoices, paid back or used otherwise, and what is left
with

payment as (
    select
        erp_system,
        document_id as payment_id,
        document_type,
        document_number as payment_number,
        document_date as payment_date,
        period,
        erp_customer_id,
        min(entity) as entity,
        currency,
        minor_unit,
        {{ money('-sum(amount)') }} as amount,
    from {{ ref('int_erp__document_line') }}
    where
        document_type in ('payment', 'customer_deposit')
        and line_type = 'main' and is_posting and not is_voided
    group by
        erp_system, document_id, document_type, document_number, document_date, period,
        erp_customer_id, currency, minor_unit
),

-- A deposit settles nothing itself: documents of their own apply it.
deposit_used as (
    select
        link.erp_system,
        link.payment_id,
        sum(-line.amount) as amount,
    from (
        select source_system as erp_system, from_document_id as payment_id, to_document_id
        from ({{ union_systems(var('erp_systems'), 'document_line_link') }}) as stated
        where link_type = 'deposit_to_application'
        group by source_system, from_document_id, to_document_id
    ) as link
    inner join {{ ref('int_erp__document_line') }} as line
        on link.erp_system = line.erp_system and link.to_document_id = line.document_id
    where line.line_type = 'main' and line.is_posting and not line.is_voided
    group by link.erp_system, link.payment_id
),

used as (
    select
        erp_system,
        settling_document_id as payment_id,
        {% for column, condition in [
            ('applied_amount', "coalesce(owed_document_type, 'invoice') = 'invoice'"),
            ('refunded_amount', "owed_document_type = 'customer_refund'"),
            ('otherwise_used_amount', "owed_document_type not in ('invoice', 'customer_refund')"),
        ] -%}
        sum(case when {{ condition }} then amount else 0 end) as {{ column }},
        {% endfor -%}
        bool_or(owed_currency <> settling_currency) as is_in_other_currency,
    from {{ ref('int_erp__application') }}
    where not is_discount and is_settling_posting
    group by erp_system, settling_document_id
),

final as (
    select
        payment.erp_system,
        payment.payment_id,
        payment.document_type,
        payment.payment_number,
        payment.payment_date,
        payment.period,
        payment.erp_customer_id,
        payment.entity,
        payment.currency,
        payment.minor_unit,
        payment.amount,
        {{ money('coalesce(used.applied_amount, 0) + coalesce(deposit_used.amount, 0)') }}
            as applied_amount,
        {{ money('coalesce(used.refunded_amount, 0)') }} as refunded_amount,
        {{ money('coalesce(used.otherwise_used_amount, 0)') }} as otherwise_used_amount,
        -- cash in another currency than its invoices counts as used up
        {{ money('''case
            when used.is_in_other_currency then 0
            else payment.amount - coalesce(
                used.applied_amount + used.refunded_amount + used.otherwise_used_amount, 0
            ) - coalesce(deposit_used.amount, 0)
        end''') }} as unapplied_amount,
    from payment
    left join used
        on payment.erp_system = used.erp_system and payment.payment_id = used.payment_id
    left join deposit_used
        on
            payment.erp_system = deposit_used.erp_system
            and payment.payment_id = deposit_used.payment_id
)

select * from final
