-- one row per source_system and document_id, document_line_id
with

source as (
    {{ netsuite_rows('transaction_line', ['transaction', 'id']) }}
),

final as (
    select
        'netsuite' as source_system,
        source.transaction as document_id,
        source.id as document_line_id,
        case
            when coalesce(source.mainline, false) then 'main'
            when coalesce(source.taxline, false) then 'tax'
            when source.itemtype in ('TaxItem', 'TaxGroup') then 'tax'
            when upper(source.transactionlinetype) in ('COGS', 'ASSET') then 'cost'
            when source.itemtype = 'ShipItem' then 'freight'
            when source.itemtype = 'Discount' then 'discount'
            when source.item is null then 'other'
            else 'item'
        end as line_type,
        source.item as item_id,
        source.itemtype as item_type,
        source.subsidiary as entity_id,
        {{ quantity('-source.quantity') }} as quantity,
        {{ quantity('source.rate') }} as unit_price,
        {{ quantity('source.custcol_list_rate') }} as list_price,
        {{ money('-source.foreignamount') }} as amount,
        {{ money('-source.netamount') }} as base_amount,
        source.createdfrom as created_from_document_id,
        coalesce(source.isclosed, false) as is_closed,
        {{ quantity('source.quantitybilled') }} as quantity_billed,
        {{ quantity('source.quantityshiprecv') }} as quantity_fulfilled,
        {{ quantity('source.quantitybackordered') }} as quantity_backordered,
        source.expectedshipdate as expected_ship_date,
        source.actualshipdate as actual_ship_date,
        source.revenueelement as revenue_element_id,
        {{ crm_record_id('source.custcol_sf_line_id') }} as crm_opportunity_line_id,
        cast(source.custcol_term_months as integer) as term_months,
        source.custcol_bundle_parent as bundle_parent_line_id,
        cast(source.linesequencenumber as integer) as line_sequence,
        {{ clean_text('source.memo') }} as memo,
        source.linelastmodifieddate as modified_at,
    from source
)

select * from final
