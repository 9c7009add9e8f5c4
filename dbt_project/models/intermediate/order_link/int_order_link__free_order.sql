-- one row per sales order that no person and no reference has linked with a deal
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

number_prefix as (
    select {{ regexp_group('token', '^([A-Z]+)[0-9]') }} as prefix
    from {{ ref('int_order_link__deal_token') }}
    where kind = 'number' and tier = 1
    group by {{ regexp_group('token', '^([A-Z]+)[0-9]') }}
),

-- an id or number that is nobody's, or a deleted deal's, names a deal all the same: no other may
-- take its place
unknown_deal as (
    select
        order_token.erp_system,
        order_token.order_id,
    from {{ ref('int_order_link__order_token') }} as order_token
    left join number_prefix
        on {{ regexp_group('order_token.token', '^([A-Z]+)[0-9]+$') }} = number_prefix.prefix
    where
        order_token.field = 'deal'
        and (order_token.kind = 'id' or number_prefix.prefix is not null)
    group by order_token.erp_system, order_token.order_id
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
        cast(line_total.net_amount as decimal(28, 4)) as net_amount,
        item.item_set,
        item.item_count,
        sales_order.purchase_order_number_normalised,
        {{ letters_and_digits('sales_order.memo') }} as memo_name,
        {{ letters_and_digits('sales_order.crm_reference') }} as reference_name,
        not sales_order.is_voided and not sales_order.is_cancelled as is_live,
        unknown_deal.order_id is not null as names_unknown_deal,
    from sales_order
    inner join line_total
        on
            sales_order.erp_system = line_total.erp_system
            and sales_order.document_id = line_total.order_id
    left join item
        on
            sales_order.erp_system = item.erp_system
            and sales_order.document_id = item.order_id
    left join linked
        on
            sales_order.erp_system = linked.erp_system
            and sales_order.document_id = linked.order_id
    left join unknown_deal
        on
            sales_order.erp_system = unknown_deal.erp_system
            and sales_order.document_id = unknown_deal.order_id
    where
        linked.order_id is null
        and not sales_order.is_intercompany
        and not line_total.is_intercompany
        and line_total.net_amount <> 0
)

select * from final
