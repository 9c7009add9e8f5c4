-- one row per source_system and system_note_id of a document: a field that changed, and when
with

source as (
    {{ netsuite_rows('system_note') }}
),

-- Fields have a column name in queries and a screen name in saved searches.
named as (
    select
        source.*,
        upper({{ clean_text('source.field') }}) as field_key,
    from source
    where coalesce(source.recordtypeid, '-30') = '-30'
),

final as (
    select
        'netsuite' as source_system,
        named.id as system_note_id,
        named.recordid as document_id,
        named.lineid as document_line_id,
        {{ clean_text('named.field') }} as field,
        case
            when named.field_key in ('TRANLINE.RQTY', 'TRANLINE.RQUANTITY', 'QUANTITY')
                then 'quantity'
            when
                named.field_key in (
                    'TRANLINE.RUNITPRICE', 'TRANLINE.SRATE', 'RATE', 'ITEM RATE', 'UNIT PRICE'
                )
                then 'unit_price'
            when
                named.field_key in (
                    'TRANLINE.MAMOUNT', 'TRANLINE.MAMOUNTFOREIGN', 'TRANLINE.MFOREIGNAMOUNT',
                    'AMOUNT', 'AMOUNT (FOREIGN CURRENCY)', 'AMOUNT (TRANSACTION CURRENCY)'
                )
                then 'amount'
        end as line_measure,
        {{ clean_text('named.oldvalue') }} as old_value,
        {{ clean_text('named.newvalue') }} as new_value,
        -- Numbers as the screen shows them: separators of thousands and currency signs are dropped.
        {{ cast_or_null(
            regexp_replace_all('named.oldvalue', '[^0-9.-]', ''), 'decimal(28, 8)'
        ) }} as old_number,
        {{ cast_or_null(
            regexp_replace_all('named.newvalue', '[^0-9.-]', ''), 'decimal(28, 8)'
        ) }} as new_number,
        named.name as employee_id,
        named.date as noted_at,
    from named
)

select * from final
