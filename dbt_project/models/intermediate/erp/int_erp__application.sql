-- one row per erp_system, document owed (invoice, refund, journal), document that settles it
-- (payment, deposit, credit memo, journal) and whether it is a discount taken on a payment
with

link as (
    {{ union_systems(var('erp_systems'), 'document_line_link') }}
),

document as (
    select * from {{ ref('int_erp__document') }}
),

-- A refund is owed like an invoice and settled by what it pays back; some exports list it last.
directed as (
    select
        link.source_system as erp_system,
        coalesce(link.is_discount and later.document_type = 'payment', false) as is_discount,
        link.amount,
        case
            when later.document_type = 'customer_refund' then link.to_document_id
            else link.from_document_id
        end as owed_document_id,
        case
            when later.document_type = 'customer_refund' then link.from_document_id
            else link.to_document_id
        end as settling_document_id,
    from link
    left join document as later
        on
            link.source_system = later.erp_system
            and link.to_document_id = later.document_id
    where link.link_type in ('bill_to_payment', 'bill_to_credit', 'refund_of_credit')
),

applied as (
    select
        erp_system,
        owed_document_id,
        settling_document_id,
        is_discount,
        {{ money('coalesce(sum(amount), 0)') }} as amount,
    from directed
    group by erp_system, owed_document_id, settling_document_id, is_discount
),

stated as (
    select
        applied.*,
        owed.document_type as owed_document_type,
        owed.erp_customer_id,
        owed.currency as owed_currency,
        owed.minor_unit as owed_minor_unit,
        owed.period as owed_period,
        coalesce(owed.is_posting and not owed.is_voided, false) as is_owed_posting,
        settling.document_type as settling_document_type,
        settling.document_number as settling_document_number,
        settling.document_date as settling_document_date,
        settling.currency as settling_currency,
        settling.minor_unit as settling_minor_unit,
        settling.period as settling_period,
        coalesce(settling.is_posting and not settling.is_voided, false) as is_settling_posting,
    from applied
    left join document as owed
        on
            applied.erp_system = owed.erp_system
            and applied.owed_document_id = owed.document_id
    left join document as settling
        on
            applied.erp_system = settling.erp_system
            and applied.settling_document_id = settling.document_id
),

-- Nothing is applied before both documents are there.
final as (
    select
        *,
        case
            when is_owed_posting and owed_period > settling_period then owed_period
            else settling_period
        end as period,
    from stated
)

select * from final
