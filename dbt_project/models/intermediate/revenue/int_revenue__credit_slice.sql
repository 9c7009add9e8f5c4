-- one row per posted credit memo (per entity) and what it was used for: an invoice, a refund, a
-- journal, and one for what is left; gross, tax and net parts add up to the credit memo exactly
with credit_part as (
    select
        erp_system,
        document_id,
        entity,
        currency,
        minor_unit,
        period,
        amount,
        0 as tax_amount
    from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided and document_type = 'credit_memo'
    union all
    select
        erp_system,
        document_id,
        entity,
        currency,
        minor_unit,
        period,
        amount,
        amount as tax_amount
    from {{ ref('int_erp__billing_tax') }}
    where is_posting and not is_voided and document_type = 'credit_memo'
),

credit_memo as (
    select
        erp_system,
        document_id as credit_memo_id,
        entity,
        max(currency) as currency,
        max(minor_unit) as minor_unit,
        max(period) as period,
        sum(amount) as gross_total,
        sum(tax_amount) as tax_total,
        case when sum(amount) < 0 then -1 else 1 end as direction
    from credit_part
    group by erp_system, document_id, entity
),

-- what lies on a bill that is not posted is not used yet
application as (
    select * from {{ ref('int_erp__application') }}
    where settling_document_type = 'credit_memo' and is_owed_posting
),

paid_out as (
    select
        erp_system,
        document_id
    from {{ ref('int_erp__document') }}
    where is_paid_out
),

used as (
    select
        credit_memo.*,
        case
            when application.owed_document_type = 'invoice' then 'invoice'
            when application.owed_document_type = 'customer_refund' then 'refund'
            else 'other'
        end as slice_type,
        application.owed_document_id,
        application.owed_document_type,
        application.period as use_period,
        application.amount as used_amount
    from credit_memo
    inner join application
        on
            credit_memo.erp_system = application.erp_system
            and credit_memo.credit_memo_id = application.settling_document_id
    union all
    -- a refund of a cash sale is both: the credit and what was paid for it
    select
        credit_memo.*,
        'refund' as slice_type,
        credit_memo.credit_memo_id as owed_document_id,
        'credit_memo' as owed_document_type,
        credit_memo.period as use_period,
        -credit_memo.gross_total as used_amount
    from credit_memo
    inner join paid_out
        on
            credit_memo.erp_system = paid_out.erp_system
            and credit_memo.credit_memo_id = paid_out.document_id
    union all
    select
        credit_memo.*,
        'open' as slice_type,
        '' as owed_document_id,
        '' as owed_document_type,
        null as use_period,
        0 as used_amount
    from credit_memo
),

ranked as (
    select
        *,
        slice_type = 'open' as is_rest,
        {{ ten_thousandths('gross_total * direction') }} as whole,
        -- what settles a bill is stated with the bill's sign, the opposite of the credit's
        {{ ten_thousandths('-used_amount * direction') }} as measure,
        {{ to_minor('tax_total', 'minor_unit') }} as tax_units,
        row_number() over (
            partition by erp_system, credit_memo_id, entity
            order by
                case when slice_type = 'open' then 1 else 0 end, use_period, owed_document_id
        ) as slice_rank
    from used
),

{{ settled_parts('ranked', ['erp_system', 'credit_memo_id', 'entity']) }},

final as (
    select
        erp_system,
        credit_memo_id,
        entity,
        currency,
        period,
        slice_type,
        owed_document_id,
        owed_document_type,
        use_period,
        gross_amount,
        tax_amount,
        cast(gross_amount - tax_amount as decimal(28, 4)) as net_amount
    from parted
)

select * from final
