-- one row per order and deal that state one purchase order number, or whose name the order states
with

sales_order as (
    select
        *,
        document_id as order_id,
        {{ purchase_order_in('crm_reference') }} as other_number,
        {{ purchase_order_in('external_reference') }} as number_in_text,
        {{ normalise_name('crm_reference') }} as stated_name,
    from {{ ref('int_erp__document') }}
    where document_type = 'sales_order'
),

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
    where not is_deleted
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
    select * from {{ ref('int_order_link__threshold') }}
),

stated as (
    select erp_system, order_id, 'number' as kind, purchase_order_number_normalised as token
    from sales_order
    union
    select erp_system, order_id, 'number' as kind, number_in_text as token from sales_order
    union
    select erp_system, order_id, 'number' as kind, other_number as token from sales_order
    union
    select erp_system, order_id, 'name' as kind, stated_name as token from sales_order
),

deal_stated as (
    select
        crm_system,
        opportunity_id,
        'number' as kind,
        purchase_order_number_normalised as token,
    from opportunity
    union all
    select
        crm_system,
        opportunity_id,
        'name' as kind,
        opportunity_name_normalised as token,
    from opportunity
),

agreeing as (
    select
        stated.erp_system,
        stated.order_id,
        stated.kind,
        deal_stated.crm_system,
        deal_stated.opportunity_id,
    from stated
    inner join deal_stated on stated.kind = deal_stated.kind and stated.token = deal_stated.token
    group by
        stated.erp_system, stated.order_id, stated.kind, deal_stated.crm_system,
        deal_stated.opportunity_id
),

-- one customer on the later of the two days, whatever it was before or is today
final as (
    select
        agreeing.erp_system,
        agreeing.order_id,
        agreeing.crm_system,
        agreeing.opportunity_id,
        agreeing.kind,
        buyer.customer_key = owner.customer_key as is_same_customer,
        coalesce(buyer_family.family_key, buyer.customer_key)
        = coalesce(deal_family.family_key, owner.customer_key) as is_same_family,
        sales_order.currency = opportunity.currency as is_same_currency,
    from agreeing
    inner join sales_order
        on
            agreeing.erp_system = sales_order.erp_system
            and agreeing.order_id = sales_order.order_id
    inner join opportunity
        on
            agreeing.crm_system = opportunity.crm_system
            and agreeing.opportunity_id = opportunity.opportunity_id
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
    left join family as buyer_family on buyer.customer_key = buyer_family.customer_key
    left join family as deal_family on owner.customer_key = deal_family.customer_key
    cross join threshold
    where
        abs(date_diff('day', opportunity.close_date, sales_order.document_date))
        <= threshold.window_days
)

select * from final
