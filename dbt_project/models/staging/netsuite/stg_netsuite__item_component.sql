-- one row per source_system and parent_item_id, item_id
with

source as (
    {{ netsuite_rows('item_member', ['parentitem', 'item']) }}
),

final as (
    select
        'netsuite' as source_system,
        source.parentitem as parent_item_id,
        source.item as item_id,
        {{ quantity('source.quantity') }} as quantity,
        cast(source.custrecord_share as decimal(28, 12)) as share,
        cast(source.linenumber as integer) as line_number,
    from source
)

select * from final
