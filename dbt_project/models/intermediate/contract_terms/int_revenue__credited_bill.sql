-- one row per credit memo, item of it and bill of that item that the credit says it takes back:
-- made from it, by way of a return authorisation or not, or applied to it
with document_line_link as (
    {{ union_systems(var('erp_systems'), 'document_line_link') }}
),

billing_line as (
    select
        erp_system,
        document_id,
        document_type,
        item_id,
        created_from_document_id
    from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided and item_id is not null
    group by erp_system, document_id, document_type, item_id, created_from_document_id
),

named as (
    select
        erp_system,
        document_id as credit_document_id,
        created_from_document_id as bill_document_id
    from billing_line
    where document_type = 'credit_memo' and created_from_document_id is not null
    union
    select
        source_system,
        to_document_id,
        from_document_id
    from document_line_link
    where link_type = 'bill_to_credit'
    union
    select
        returned.source_system,
        returned.to_document_id,
        billed.from_document_id
    from document_line_link as returned
    inner join document_line_link as billed
        on
            returned.source_system = billed.source_system
            and returned.from_document_id = billed.to_document_id
            and billed.link_type = 'bill_to_return'
    where returned.link_type = 'return_to_credit'
),

final as (
    select
        credit.erp_system,
        credit.document_id as credit_document_id,
        credit.item_id,
        bill.document_id as bill_document_id
    from named
    inner join billing_line as credit
        on
            named.erp_system = credit.erp_system
            and named.credit_document_id = credit.document_id
            and credit.document_type = 'credit_memo'
    inner join billing_line as bill
        on
            named.erp_system = bill.erp_system
            and named.bill_document_id = bill.document_id
            and credit.item_id = bill.item_id
            and bill.document_type <> 'credit_memo'
    group by credit.erp_system, credit.document_id, credit.item_id, bill.document_id
)

select * from final
