-- one row per performance obligation or billed order line that the allocation of its contract's
-- price cannot reach
with

obligation as (
    select * from {{ ref('int_revenue__obligation') }}
),

billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided and order_id is not null
),

order_line as (
    select * from {{ ref('int_erp__order_line') }}
),

item as (
    {{ union_systems(var('erp_systems'), 'item') }}
),

stand_alone_price as (
    select
        source_system,
        item_id,
    from ({{ union_systems(var('erp_systems'), 'stand_alone_price') }}) as price
    where item_id is not null
    group by source_system, item_id
),

gap as (
    select
        allocation_gap as exception_type,
        erp_system as system,
        'revenue_element' as object,
        obligation_id as source_key,
        sales_amount as amount,
        currency,
        case
            when allocation_gap = 'residual_out_of_range'
                then
                    'What the other parts leave is no price for ' || coalesce(sku, obligation_id)
                    || '; the stated prices are used. State its price or its range'
            else
                coalesce(sku, obligation_id) || ' has no stand-alone price of '
                || coalesce(cast(agreed_on as {{ dbt.type_string() }}), 'its day')
                || ' in ' || currency || '; the stated prices of its contract are used'
        end || ' (contract ' || contract_id || ')' as detail,
    from obligation
    where allocation_gap is not null
),

contract_order as (
    select
        erp_system,
        order_id,
        min(contract_id) as contract_id,
    from obligation
    where order_id is not null
    group by erp_system, order_id
),

covered_line as (
    select
        erp_system,
        order_id,
        order_line_id,
    from obligation
    where order_id is not null
    group by erp_system, order_id, order_line_id
),

-- billed past the contract's elements although the item has a deferral account or price of its own
billed as (
    select
        erp_system,
        order_id,
        order_line_id,
        max(item_id) as item_id,
    from billing_line
    where revenue_element_id is null
    group by erp_system, order_id, order_line_id
),

left_out as (
    select
        'contract_part_without_element' as exception_type,
        order_line.erp_system as system,
        'document_line' as object,
        order_line.order_id || '/' || order_line.order_line_id as source_key,
        order_line.amount,
        order_line.currency,
        coalesce(order_line.sku, 'The line')
        || ' is billed, but has no revenue element beside those of its order; it has no share in'
        || ' the price of contract ' || contract_order.contract_id as detail,
    from billed
    inner join contract_order
        on
            billed.erp_system = contract_order.erp_system
            and billed.order_id = contract_order.order_id
    inner join order_line
        on
            billed.erp_system = order_line.erp_system
            and billed.order_id = order_line.order_id
            and billed.order_line_id = order_line.order_line_id
    left join covered_line
        on
            billed.erp_system = covered_line.erp_system
            and billed.order_id = covered_line.order_id
            and billed.order_line_id = covered_line.order_line_id
    left join item
        on
            order_line.erp_system = item.source_system
            and order_line.item_id = item.item_id
    left join stand_alone_price
        on
            order_line.erp_system = stand_alone_price.source_system
            and order_line.item_id = stand_alone_price.item_id
    where
        covered_line.order_id is null
        and order_line.amount <> 0
        and coalesce(item.deferred_account_id, stand_alone_price.item_id) is not null
),

final as (
    select * from gap
    union all
    select * from left_out
)

select * from final
