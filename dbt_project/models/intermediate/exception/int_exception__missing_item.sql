-- one row per line of a won deal and item of its close date that the ERP does not have
with

line as (
    select * from {{ ref('int_crm__opportunity_line') }}
    where is_won and not is_deleted and line_kind = 'line'
),

line_item as (
    select
        item.*,
        item.item_id is null and not item.is_manual_review as is_missing,
    from {{ ref('int_crm__opportunity_line_item') }} as item
    inner join line
        on {{ same_keys('item', 'line', ['crm_system', 'opportunity_line_id']) }}
),

-- a row of the product map that held at another time
ever_mapped as (
    select
        crm_system,
        product_key,
    from {{ ref('int_crm__product_item') }}
    where map_rule = 'product map'
    group by crm_system, product_key
),

-- a line that one ERP can fulfil whole lacks nothing
fulfilled as (
    select
        crm_system,
        opportunity_line_id,
    from line_item
    group by crm_system, opportunity_line_id, erp_system
    having max(case when is_missing then 1 else 0 end) = 0
),

final as (
    select
        line_item.crm_system,
        line_item.opportunity_line_id,
        line_item.erp_system,
        line_item.sku,
        line_item.product_key,
        line_item.currency,
        line_item.amount,
        case
            when line_item.sku is not null
                then
                    'the ERP has no item ' || line_item.sku || ', which ' || line_item.map_rule
                    || ' names'
            when ever_mapped.product_key is not null
                then 'no row of the product map held when they closed'
            else ''
        end as reason,
    from line_item
    left join fulfilled
        on {{ same_keys('line_item', 'fulfilled', ['crm_system', 'opportunity_line_id']) }}
    left join ever_mapped
        on
            line_item.crm_system = ever_mapped.crm_system
            and line_item.product_key = ever_mapped.product_key
    where line_item.is_missing and fulfilled.opportunity_line_id is null
)

select * from final
