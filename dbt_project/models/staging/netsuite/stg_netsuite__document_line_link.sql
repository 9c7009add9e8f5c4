-- one row per source_system and from line, to line, link_type
with

source as (
    {{ netsuite_rows(
        'next_transaction_line_link',
        ['previousdoc', 'previousline', 'nextdoc', 'nextline', 'linktype']
    ) }}
),

final as (
    select
        'netsuite' as source_system,
        source.previousdoc as from_document_id,
        source.previousline as from_line_id,
        source.nextdoc as to_document_id,
        source.nextline as to_line_id,
        case
            -- the vendor bills a return as it bills an order
            when source.previoustype = 'RtnAuth' and source.nexttype = 'CustCred'
                then 'return_to_credit'
            when source.linktype = 'OrdBill' then 'order_to_bill'
            when source.linktype = 'ShipRcpt' then 'order_to_fulfilment'
            -- one kind of link for all that settles a receivable: the documents tell what it is
            when source.linktype = 'Payment'
                then case
                    when 'CustRfnd' in (source.previoustype, source.nexttype)
                        then 'refund_of_credit'
                    when source.nexttype = 'CustCred' then 'bill_to_credit'
                    else 'bill_to_payment'
                end
            when source.linktype = 'CrdAppl' then 'bill_to_credit'
            when source.linktype = 'DepAppl' then 'deposit_to_application'
            when source.linktype = 'DepRfnd' then 'refund_of_credit'
            when source.linktype = 'SaleRet' then 'bill_to_return'
            when source.linktype = 'RtnCred' then 'return_to_credit'
            else 'other'
        end as link_type,
        source.linktype as vendor_link_type,
        coalesce(source.discount, false) as is_discount,
        {{ money('source.foreignamount') }} as amount,
        source.lastmodifieddate as modified_at,
    from source
)

select * from final
