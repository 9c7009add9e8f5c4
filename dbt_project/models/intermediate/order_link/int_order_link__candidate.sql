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
    select
        opportunity.*,
        party.customer_key,
    from {{ ref('int_crm__opportunity') }} as opportunity
    left join {{ ref('int_crm__opportunity_entity') }} as party
        on
            opportunity.crm_system = party.crm_system
            and opportunity.opportunity_id = party.opportunity_id
    where not opportunity.is_deleted
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

buyer as (
    select
        source_system as erp_system,
        record_id as erp_customer_id,
        customer_key,
    from {{ ref('int_customer__member') }}
    where record_type = 'erp_customer'
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
        sales_order.erp_system,
        sales_order.document_id as order_id,
        opportunity.crm_system,
        opportunity.opportunity_id,
        4 as tier,
        'purchase order number and customer' as link_rule,
    from sales_order
    inner join buyer
        on
            sales_order.erp_system = buyer.erp_system
            and sales_order.erp_customer_id = buyer.erp_customer_id
    inner join opportunity
        on
            sales_order.purchase_order_number_normalised
            = opportunity.purchase_order_number_normalised
            and buyer.customer_key = opportunity.customer_key
    cross join threshold
    where
        abs(date_diff('day', opportunity.close_date, sales_order.document_date))
        <= coalesce(threshold.window_days, 365)
),

proposed_in_family as (
    select
        sales_order.erp_system,
        sales_order.document_id as order_id,
        opportunity.crm_system,
        opportunity.opportunity_id,
        5 as tier,
        'purchase order number and corporate family' as link_rule,
    from sales_order
    inner join buyer
        on
            sales_order.erp_system = buyer.erp_system
            and sales_order.erp_customer_id = buyer.erp_customer_id
    inner join opportunity
        on
            sales_order.purchase_order_number_normalised
            = opportunity.purchase_order_number_normalised
            and sales_order.currency = opportunity.currency
            and buyer.customer_key <> opportunity.customer_key
    left join family as buyer_family on buyer.customer_key = buyer_family.customer_key
    left join family as deal_family on opportunity.customer_key = deal_family.customer_key
    cross join threshold
    where
        coalesce(buyer_family.family_key, buyer.customer_key)
        = coalesce(deal_family.family_key, opportunity.customer_key)
        and abs(date_diff('day', opportunity.close_date, sales_order.document_date))
        <= coalesce(threshold.window_days, 365)
),

every_proposal as (
    select * from proposed
    union all
    select * from proposed_in_family
),

final as (
    select
        proposed.*,
        min(proposed.tier) over (partition by proposed.erp_system, proposed.order_id) as best_tier,
    from every_proposal as proposed
)

select * from final
