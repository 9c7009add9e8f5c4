-- one row per posted credit memo line, bill line that it takes back, and later bill line that may
-- replace what it took: all of it (reissue), some of it (rebill), or with others all of it (part)
{{ config(materialized='view') }}
with billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided
),

document_line_link as (
    {{ union_systems(var('erp_systems'), 'document_line_link') }}
),

-- a credit on a paid bill is made from it, and applied to another one
credited as (
    select
        source_system as erp_system,
        from_document_id as bill_document_id,
        to_document_id as credit_document_id
    from document_line_link
    where link_type = 'bill_to_credit'
    union
    select
        erp_system,
        created_from_document_id as bill_document_id,
        document_id as credit_document_id
    from billing_line
    where document_type = 'credit_memo' and created_from_document_id is not null
),

returned as (
    select
        source_system as erp_system,
        to_document_id as credit_document_id
    from document_line_link
    where link_type = 'return_to_credit'
    group by source_system, to_document_id
),

-- without more billed than ordered, a second bill of equal quantity is the next delivery
billed_beyond_order as (
    select
        order_line.erp_system,
        order_line.order_id,
        order_line.order_line_id
    from {{ ref('int_erp__order_line') }} as order_line
    inner join billing_line
        on
            order_line.erp_system = billing_line.erp_system
            and order_line.order_id = billing_line.order_id
            and order_line.order_line_id = billing_line.order_line_id
            and billing_line.document_type = 'invoice'
    group by
        order_line.erp_system,
        order_line.order_id,
        order_line.order_line_id,
        order_line.quantity
    having abs(sum(billing_line.quantity)) > abs(order_line.quantity)
),

final as (
    select
        credit.erp_system,
        credit.document_id as credit_document_id,
        credit.document_line_id as credit_document_line_id,
        credit.document_date as credit_date,
        credit.amount as credit_amount,
        credit.entity as credit_entity,
        credit.currency as credit_currency,
        credit.minor_unit,
        bill.document_id as bill_document_id,
        bill.document_line_id as bill_document_line_id,
        bill.quantity as bill_quantity,
        reissue.document_id as reissue_document_id,
        reissue.document_line_id as reissue_document_line_id,
        reissue.document_date as reissue_date,
        reissue.quantity as reissue_quantity,
        case
            when credit.amount <> -bill.amount then 'rebill'
            when reissue.quantity in (bill.quantity, -credit.quantity) then 'reissue'
            else 'part'
        end as pair_kind
    from billing_line as credit
    inner join credited
        on
            credit.erp_system = credited.erp_system
            and credit.document_id = credited.credit_document_id
    inner join billing_line as bill
        on
            credited.erp_system = bill.erp_system
            and credited.bill_document_id = bill.document_id
            and bill.document_type = 'invoice'
            and credit.item_id = bill.item_id
    inner join billing_line as reissue
        on
            bill.erp_system = reissue.erp_system
            and bill.order_id = reissue.order_id
            and bill.order_line_id = reissue.order_line_id
            and bill.document_id <> reissue.document_id
            and reissue.document_type = 'invoice'
            and credit.document_date <= reissue.document_date
            and (
                (credit.amount = -bill.amount and bill.quantity = reissue.quantity)
                or (
                    credit.quantity = -reissue.quantity
                    and abs(credit.quantity) < abs(bill.quantity)
                )
                or (
                    credit.amount = -bill.amount
                    and sign(bill.quantity) = sign(reissue.quantity)
                    and abs(reissue.quantity) < abs(bill.quantity)
                )
            )
    inner join billed_beyond_order
        on
            reissue.erp_system = billed_beyond_order.erp_system
            and reissue.order_id = billed_beyond_order.order_id
            and reissue.order_line_id = billed_beyond_order.order_line_id
    left join returned
        on
            credit.erp_system = returned.erp_system
            and credit.document_id = returned.credit_document_id
    where
        credit.document_type = 'credit_memo'
        and credit.amount <> 0
        and returned.credit_document_id is null
)

select * from final
