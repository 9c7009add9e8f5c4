-- one row per order, deal and reference that proposes the pair
with

order_line as (
    select * from {{ ref('int_erp__order_line') }}
),

opportunity_line as (
    select * from {{ ref('int_crm__opportunity_line') }}
    where not is_deleted and line_kind = 'line'
),

customer_pair as (
    select * from {{ ref('int_order_link__customer_pair') }}
),

line_pair as (
    select
        order_line.erp_system,
        order_line.order_id,
        opportunity_line.crm_system,
        opportunity_line.opportunity_id,
    from order_line
    inner join opportunity_line
        on
            {{ crm_record_key(mended_record_id('order_line.crm_opportunity_line_id')) }}
            = {{ crm_record_key('opportunity_line.opportunity_line_id') }}
    group by
        order_line.erp_system, order_line.order_id, opportunity_line.crm_system,
        opportunity_line.opportunity_id
),

proposed as (
    select erp_system, order_id, crm_system, opportunity_id, tier, link_rule
    from {{ ref('int_order_link__named_pair') }}
    union all
    select
        erp_system,
        order_id,
        crm_system,
        opportunity_id,
        2 as tier,
        'opportunity line id on order line' as link_rule,
    from line_pair
    union all
    select
        erp_system,
        order_id,
        crm_system,
        opportunity_id,
        case
            when kind = 'number' and is_same_customer then 5
            when kind = 'number' then 6
            else 7
        end as tier,
        case
            when kind = 'number' and is_same_customer then 'purchase order number and customer'
            when kind = 'number' then 'purchase order number and corporate family'
            else 'opportunity name on order'
        end as link_rule,
    from customer_pair
    where is_same_customer or (is_same_family and is_same_currency)
),

final as (
    select
        proposed.*,
        min(proposed.tier) over (partition by proposed.erp_system, proposed.order_id) as best_tier,
    from proposed
)

select * from final
