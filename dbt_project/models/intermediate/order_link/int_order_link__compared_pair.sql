-- one row per unlinked order and deal of one customer that share an item, an amount or a name
with

pair as (
    select * from {{ ref('int_order_link__free_pair') }}
),

order_item as (
    select * from {{ ref('int_order_link__order_item') }}
),

deal_item as (
    select * from {{ ref('int_order_link__deal_item') }}
),

shared_item as (
    select
        pair.erp_system,
        pair.order_id,
        pair.crm_system,
        pair.opportunity_id,
        cast(count(*) as integer) as shared_items,
        cast(
            count(
                case
                    when coalesce(deal_item.quantity, order_item.quantity) = order_item.quantity
                        then 1
                end
            ) as integer
        ) as equal_quantities,
        -- items of which the other side has as much or more
        cast(
            count(
                case
                    when
                        abs(order_item.amount) <= abs(deal_item.amount)
                        and abs(order_item.quantity)
                        <= coalesce(abs(deal_item.quantity), abs(order_item.quantity))
                        and sign(order_item.amount) = sign(deal_item.amount)
                        then 1
                end
            ) as integer
        ) as items_within_deal,
        cast(
            count(
                case
                    when
                        abs(deal_item.amount) <= abs(order_item.amount)
                        and coalesce(abs(deal_item.quantity), abs(order_item.quantity))
                        <= abs(order_item.quantity)
                        and sign(order_item.amount) = sign(deal_item.amount)
                        then 1
                end
            ) as integer
        ) as items_within_order,
    from pair
    inner join order_item
        on pair.erp_system = order_item.erp_system and pair.order_id = order_item.order_id
    inner join deal_item
        on
            pair.crm_system = deal_item.crm_system
            and pair.opportunity_id = deal_item.opportunity_id
            and pair.erp_system = deal_item.erp_system
            and order_item.sku_normalised = deal_item.sku_normalised
    group by pair.erp_system, pair.order_id, pair.crm_system, pair.opportunity_id
),

compared as (
    select
        pair.*,
        coalesce(shared_item.shared_items, 0) as shared_items,
        coalesce(shared_item.equal_quantities, 0) as equal_quantities,
        coalesce(shared_item.items_within_deal, 0) as items_within_deal,
        coalesce(shared_item.items_within_order, 0) as items_within_order,
        bool_or(pair.is_same_name) over (partition by pair.erp_system, pair.order_id)
            as names_some_deal,
    from pair
    left join shared_item
        on
            pair.erp_system = shared_item.erp_system
            and pair.order_id = shared_item.order_id
            and pair.crm_system = shared_item.crm_system
            and pair.opportunity_id = shared_item.opportunity_id
    where
        shared_item.order_id is not null
        or pair.is_same_name
        or pair.is_referred
        or pair.order_amount = pair.deal_amount
)

select * from compared
-- an order whose own words name another deal is not what is left of this one
where
    not (
        is_rest_of_deal and not is_rest_of_order
        and names_some_deal and not is_same_name and not is_referred
    )
