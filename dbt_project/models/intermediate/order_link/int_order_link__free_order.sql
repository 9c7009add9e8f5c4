-- one row per sales order of which something is no deal's that a person or a reference links
with

sales_order as (
    select * from {{ ref('int_erp__document') }}
    where document_type = 'sales_order'
),

linked as (
    select erp_system, order_id
    from {{ ref('int_order_link__reference_verdict') }}
    where verdict = 'accepted'
    group by erp_system, order_id
),

referenced as (
    select
        *,
        count(*) over (partition by crm_system, opportunity_id) as orders_of_deal,
    from {{ ref('int_order_link__referenced_pair') }}
),

-- An order of more than the deal of its reference may have taken up another deal's sale as well:
-- which items, is known where that deal's are.
beyond_deal as (
    select
        referenced.erp_system,
        referenced.order_id,
        balance.ordered_amount - balance.net_amount as net_amount,
        item_set.opportunity_id is null as has_unknown_items,
    from referenced
    inner join {{ ref('int_order_link__deal_balance') }} as balance
        on
            referenced.crm_system = balance.crm_system
            and referenced.opportunity_id = balance.opportunity_id
    left join {{ ref('int_order_link__deal_item_set') }} as item_set
        on {{ same_keys(
            'referenced', 'item_set', ['crm_system', 'opportunity_id', 'erp_system']
        ) }}
    where
        referenced.is_sole_deal
        and sign(balance.ordered_amount - balance.net_amount) = sign(balance.net_amount)
),

line_total as (
    select
        erp_system,
        order_id,
        sum(amount) as net_amount,
        min(entity) as entity,
        bool_or(is_intercompany) as is_intercompany,
    from {{ ref('int_erp__order_line') }}
    group by erp_system, order_id
),

-- so may an order of several deals that have no other order: which items, nobody says, so that
-- nothing but a person links what it has more
beyond_deals as (
    select
        referenced.erp_system,
        referenced.order_id,
        max(line_total.net_amount) - sum(balance.net_amount) as net_amount,
        true as has_unknown_items,
    from referenced
    inner join line_total
        on {{ same_keys('referenced', 'line_total', ['erp_system', 'order_id']) }}
    left join {{ ref('int_order_link__deal_balance') }} as balance
        on {{ same_keys('referenced', 'balance', ['crm_system', 'opportunity_id']) }}
    where referenced.deals_of_order > 1
    group by referenced.erp_system, referenced.order_id
    having
        max(referenced.orders_of_deal) = 1
        -- of a lost deal, or in another currency, nobody knows what is the order's
        and count(balance.ordered_amount) = count(*)
        and sign(max(line_total.net_amount) - sum(balance.net_amount))
        = sign(max(line_total.net_amount))
),

beyond as (
    select * from beyond_deal
    union all
    select * from beyond_deals
),

deal_token as (
    select * from {{ ref('int_order_link__deal_token') }}
),

number_prefix as (
    select {{ regexp_group('token', '^([A-Z]+)[0-9]') }} as prefix
    from deal_token
    where kind = 'number' and tier = 1
    group by {{ regexp_group('token', '^([A-Z]+)[0-9]') }}
),

order_token as (
    select * from {{ ref('int_order_link__order_token') }}
    where field = 'deal'
),

known_token as (
    select order_token.*
    from order_token
    inner join deal_token
        on
            order_token.kind = 'id' and deal_token.kind = 'id'
            and {{ same_record_in_any_case('order_token.token', 'deal_token.token') }}
    union
    select order_token.*
    from order_token
    inner join deal_token
        on
            order_token.kind = 'number' and deal_token.kind = 'number'
            and order_token.token = deal_token.token
),

-- an id or number that is nobody's, or a deleted deal's, names a deal all the same: no other may
-- take its place (half of a number that is somebody's names nothing)
unknown_deal as (
    select
        order_token.erp_system,
        order_token.order_id,
        bool_or(known_token.token is null) as is_beside_a_known_one,
    from order_token
    left join number_prefix
        on {{ regexp_group('order_token.token', '^([A-Z]+)[0-9]+$') }} = number_prefix.prefix
    left join known_token
        on
            order_token.erp_system = known_token.erp_system
            and order_token.order_id = known_token.order_id
            and order_token.kind = known_token.kind
            and order_token.token = left(known_token.token, length(order_token.token))
    where order_token.kind = 'id' or number_prefix.prefix is not null
    group by order_token.erp_system, order_token.order_id
),

item as (
    select
        erp_system,
        order_id,
        {{ string_list('sku_normalised', 'sku_normalised') }} as item_set,
        cast(count(*) as integer) as item_count,
    from {{ ref('int_order_link__order_item') }}
    group by erp_system, order_id
),

final as (
    select
        sales_order.erp_system,
        sales_order.document_id as order_id,
        sales_order.document_date as order_date,
        sales_order.erp_customer_id,
        sales_order.currency,
        line_total.entity,
        linked.order_id is not null as is_rest,
        -- of what the orders of a deal have beyond it, one order has no more than it orders
        cast(
            case
                when abs(beyond.net_amount) < abs(line_total.net_amount) then beyond.net_amount
                else line_total.net_amount
            end as decimal(28, 4)
        ) as net_amount,
        case when not coalesce(beyond.has_unknown_items, false) then item.item_set end as item_set,
        case when not coalesce(beyond.has_unknown_items, false) then item.item_count end
            as item_count,
        sales_order.purchase_order_number_normalised,
        {{ letters_and_digits('sales_order.memo') }} as memo_name,
        {{ letters_and_digits('sales_order.crm_reference') }} as reference_name,
        not sales_order.is_voided and not sales_order.is_cancelled as is_live,
        case
            when linked.order_id is null then unknown_deal.order_id is not null
            else coalesce(unknown_deal.is_beside_a_known_one, false)
        end as names_unknown_deal,
    from sales_order
    inner join line_total
        on
            sales_order.erp_system = line_total.erp_system
            and sales_order.document_id = line_total.order_id
    left join item
        on {{ same_keys('line_total', 'item', ['erp_system', 'order_id']) }}
    left join linked
        on {{ same_keys('line_total', 'linked', ['erp_system', 'order_id']) }}
    left join beyond
        on {{ same_keys('line_total', 'beyond', ['erp_system', 'order_id']) }}
    left join unknown_deal
        on {{ same_keys('line_total', 'unknown_deal', ['erp_system', 'order_id']) }}
    where
        (linked.order_id is null or beyond.order_id is not null)
        -- with no item beyond the deal's, what it has more is a difference in price
        and (linked.order_id is null or item.order_id is not null)
        and not sales_order.is_intercompany
        and not line_total.is_intercompany
        and line_total.net_amount <> 0
        and sign(coalesce(beyond.net_amount, line_total.net_amount)) = sign(line_total.net_amount)
)

select * from final
