-- one row per order, opportunity and reference that proposes the pair
with

sales_order as (
    select * from {{ ref('int_erp__document') }}
    where document_type = 'sales_order'
),

order_line as (
    select * from {{ ref('int_erp__order_line') }}
),

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
    where not is_deleted
),

opportunity_line as (
    select * from {{ ref('int_crm__opportunity_line') }}
    where not is_deleted
),

quote as (
    {{ union_systems(var('crm_systems'), 'quote') }}
),

quote_number as (
    select
        source_system as crm_system,
        quote_number,
        min(opportunity_id) as opportunity_id,
    from quote
    where quote_number is not null and opportunity_id is not null and not is_deleted
    group by source_system, quote_number
    having count(distinct opportunity_id) = 1
),

membership as (
    select * from {{ ref('int_customer__membership') }}
),

-- companies of one group order for each other: the parent for its child, a sister for a sister
family as (
    select
        customer_key,
        ancestor_customer_key as family_key,
    from {{ ref('int_hierarchy__ancestor') }}
    where is_ultimate
),

threshold as (
    select max(value) as window_days from {{ source('definitions', 'matching_threshold') }}
    where threshold = 'order_link_window_days'
),

-- one customer on the later of the two days, whatever it was before or is today
same_purchase_order as (
    select
        sales_order.erp_system,
        sales_order.document_id as order_id,
        opportunity.crm_system,
        opportunity.opportunity_id,
        buyer.customer_key as buyer_key,
        owner.customer_key as owner_key,
        sales_order.currency = opportunity.currency as is_same_currency,
    from sales_order
    inner join opportunity
        on
            sales_order.purchase_order_number_normalised
            = opportunity.purchase_order_number_normalised
    inner join membership as buyer
        on
            sales_order.erp_system = buyer.source_system
            and sales_order.erp_customer_id = buyer.record_id
            and buyer.record_type = 'erp_customer'
            and {{ holds_on(
                'buyer', 'greatest(opportunity.close_date, sales_order.document_date)'
            ) }}
    inner join membership as owner
        on
            opportunity.crm_system = owner.source_system
            and opportunity.account_id = owner.record_id
            and owner.record_type = 'account'
            and {{ holds_on(
                'owner', 'greatest(opportunity.close_date, sales_order.document_date)'
            ) }}
    cross join threshold
    where
        abs(date_diff('day', opportunity.close_date, sales_order.document_date))
        <= coalesce(threshold.window_days, 365)
),

proposed as (
    select
        sales_order.erp_system,
        sales_order.document_id as order_id,
        opportunity.crm_system,
        opportunity.opportunity_id,
        1 as tier,
        'opportunity id on order' as link_rule,
    from sales_order
    inner join opportunity
        on
            {{ crm_record_key('sales_order.crm_opportunity_id') }}
            = {{ crm_record_key('opportunity.opportunity_id') }}
    union all
    select
        sales_order.erp_system,
        sales_order.document_id as order_id,
        opportunity.crm_system,
        opportunity.opportunity_id,
        1 as tier,
        'opportunity number on order' as link_rule,
    from sales_order
    inner join opportunity on sales_order.crm_opportunity_id = opportunity.opportunity_number
    union all
    select
        order_line.erp_system,
        order_line.order_id,
        opportunity_line.crm_system,
        opportunity_line.opportunity_id,
        2 as tier,
        'opportunity line id on order line' as link_rule,
    from order_line
    inner join opportunity_line
        on
            {{ crm_record_key('order_line.crm_opportunity_line_id') }}
            = {{ crm_record_key('opportunity_line.opportunity_line_id') }}
            and opportunity_line.line_kind = 'line'
    group by
        order_line.erp_system, order_line.order_id, opportunity_line.crm_system,
        opportunity_line.opportunity_id
    union all
    select
        sales_order.erp_system,
        sales_order.document_id as order_id,
        opportunity.crm_system,
        opportunity.opportunity_id,
        3 as tier,
        'quote number on order' as link_rule,
    from sales_order
    inner join quote_number on sales_order.crm_quote_number = quote_number.quote_number
    inner join opportunity
        on
            quote_number.crm_system = opportunity.crm_system
            and quote_number.opportunity_id = opportunity.opportunity_id
    union all
    select
        erp_system,
        order_id,
        crm_system,
        opportunity_id,
        4 as tier,
        'purchase order number and customer' as link_rule,
    from same_purchase_order
    where buyer_key = owner_key
    union all
    select
        same_purchase_order.erp_system,
        same_purchase_order.order_id,
        same_purchase_order.crm_system,
        same_purchase_order.opportunity_id,
        5 as tier,
        'purchase order number and corporate family' as link_rule,
    from same_purchase_order
    left join family as buyer_family
        on same_purchase_order.buyer_key = buyer_family.customer_key
    left join family as deal_family
        on same_purchase_order.owner_key = deal_family.customer_key
    where
        same_purchase_order.is_same_currency
        and same_purchase_order.buyer_key <> same_purchase_order.owner_key
        and coalesce(buyer_family.family_key, same_purchase_order.buyer_key)
        = coalesce(deal_family.family_key, same_purchase_order.owner_key)
),

final as (
    select
        proposed.*,
        min(proposed.tier) over (partition by proposed.erp_system, proposed.order_id) as best_tier,
    from proposed
)

select * from final
