-- one row per deal with referenced orders, ERP and item: what was sold less what these orders have
with

referenced as (
    select * from {{ ref('int_order_link__referenced_pair') }}
),

order_line as (
    select * from {{ ref('int_erp__order_line') }}
),

sold_item as (
    select * from {{ ref('int_order_link__sold_item') }}
),

shared_order as (
    select
        erp_system,
        order_id,
    from referenced
    where not is_sole_deal
    group by erp_system, order_id
),

-- a steward may give a line to lines of several deals
claim as (
    select
        erp_system,
        order_id,
        order_line_id,
        crm_system,
        opportunity_id,
        true as is_decided,
    from {{ ref('int_order_link__decided_line') }}
    group by erp_system, order_id, order_line_id, crm_system, opportunity_id
    union all
    select
        order_line.erp_system,
        order_line.order_id,
        order_line.order_line_id,
        opportunity_line.crm_system,
        opportunity_line.opportunity_id,
        false as is_decided,
    from order_line
    inner join shared_order
        on
            order_line.erp_system = shared_order.erp_system
            and order_line.order_id = shared_order.order_id
    inner join {{ ref('int_crm__opportunity_line') }} as opportunity_line
        on
            {{ crm_record_key(mended_record_id('order_line.crm_opportunity_line_id')) }}
            = {{ crm_record_key('opportunity_line.opportunity_line_id') }}
    group by
        order_line.erp_system, order_line.order_id, order_line.order_line_id,
        opportunity_line.crm_system, opportunity_line.opportunity_id
),

-- what a line names counts where no steward has decided on it
claimed as (
    select * from (
        select
            *,
            bool_or(is_decided) over (partition by erp_system, order_id, order_line_id)
                as has_decision,
        from claim
    ) as told
    where is_decided = has_decision
),

claimed_line as (
    select erp_system, order_id, order_line_id
    from claimed
    group by erp_system, order_id, order_line_id
),

-- A line of an order that several deals share is the deals' that claim it; one of none counts for
-- each of them, so that of each rather too little stays than too much.
-- what is ordered without being an item (a discount, a description) has money and no item
ordered as (
    select
        referenced.crm_system,
        referenced.opportunity_id,
        referenced.erp_system,
        coalesce(case when order_line.line_type = 'item' then order_line.sku_normalised end, '')
            as sku_normalised,
        sum(order_line.quantity) as quantity,
        sum(order_line.amount) as amount,
    from referenced
    inner join order_line
        on
            referenced.erp_system = order_line.erp_system
            and referenced.order_id = order_line.order_id
    left join claimed
        on
            {{ same_keys('order_line', 'claimed', ['erp_system', 'order_id', 'order_line_id']) }}
            and {{ same_keys('referenced', 'claimed', ['crm_system', 'opportunity_id']) }}
    left join claimed_line
        on {{ same_keys(
            'order_line', 'claimed_line', ['erp_system', 'order_id', 'order_line_id']
        ) }}
    where
        referenced.is_sole_deal
        or claimed.order_id is not null
        or claimed_line.order_id is null
    group by
        referenced.crm_system, referenced.opportunity_id, referenced.erp_system,
        coalesce(case when order_line.line_type = 'item' then order_line.sku_normalised end, '')
),

ordering_deal as (
    select
        crm_system,
        opportunity_id,
        erp_system,
    from ordered
    group by crm_system, opportunity_id, erp_system
),

sold as (
    select sold_item.*
    from sold_item
    inner join ordering_deal
        on
            sold_item.crm_system = ordering_deal.crm_system
            and sold_item.opportunity_id = ordering_deal.opportunity_id
            and sold_item.erp_system = ordering_deal.erp_system
),

-- how many of a bundle's items were sold nobody knows: ordered at all, they are ordered
final as (
    select
        coalesce(sold.crm_system, ordered.crm_system) as crm_system,
        coalesce(sold.opportunity_id, ordered.opportunity_id) as opportunity_id,
        coalesce(sold.erp_system, ordered.erp_system) as erp_system,
        coalesce(sold.sku_normalised, ordered.sku_normalised) as sku_normalised,
        coalesce(ordered.amount, 0) as ordered_amount,
        case
            when ordered.sku_normalised is null then sold.quantity
            when sold.sku_normalised is null then -ordered.quantity
            else sold.quantity - ordered.quantity
        end as quantity_left,
        coalesce(sold.amount, 0) - coalesce(ordered.amount, 0) as amount_left,
        case
            when ordered.sku_normalised is null then 'left'
            when ordered.sku_normalised = '' then 'no item'
            when sold.sku_normalised is null then 'beyond'
            when sold.quantity > ordered.quantity and sold.quantity > 0 then 'left'
            when sold.quantity < ordered.quantity and sold.quantity < 0 then 'left'
            when sold.quantity < ordered.quantity and sold.quantity > 0 then 'beyond'
            when sold.quantity > ordered.quantity and sold.quantity < 0 then 'beyond'
            else 'ordered'
        end as state,
    from sold
    full outer join ordered
        on
            sold.crm_system = ordered.crm_system
            and sold.opportunity_id = ordered.opportunity_id
            and sold.erp_system = ordered.erp_system
            and sold.sku_normalised = ordered.sku_normalised
)

select * from final
