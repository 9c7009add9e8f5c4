-- one row per opportunity line and order line of the same item that no reference has paired
with

reference_pair as (
    select * from {{ ref('int_order_link__pair_by_reference') }}
),

all_booked as (
    select * from {{ ref('int_order_link__booked_line') }}
),

all_ordered as (
    select * from {{ ref('int_order_link__ordered_line') }}
),

product_item as (
    select
        crm_system,
        opportunity_line_id,
        sku_normalised,
    from {{ ref('int_crm__opportunity_line_item') }}
    where sku_normalised is not null
    group by crm_system, opportunity_line_id, sku_normalised
),

open_booked as (
    {{ unpaired('all_booked', 'reference_pair', ['crm_system', 'opportunity_line_id']) }}
),

ordered as (
    {{ unpaired('all_ordered', 'reference_pair', ['erp_system', 'order_id', 'order_line_id']) }}
),

booked as (
    select
        open_booked.*,
        product_item.sku_normalised,
    from open_booked
    inner join product_item
        on
            open_booked.crm_system = product_item.crm_system
            and open_booked.opportunity_line_id = product_item.opportunity_line_id
),

-- equal item, quantity and amount first: one to one, in the order of their ids
exact as (
    {{ pair_ranked('booked', 'ordered', ['group_key', 'sku_normalised', 'quantity', 'amount'],
                   'same item and amount', must_agree=false) }}
),

rest_booked as (
    {{ unpaired('booked', 'exact', ['crm_system', 'opportunity_line_id']) }}
),

rest_ordered as (
    {{ unpaired('ordered', 'exact', ['erp_system', 'order_id', 'order_line_id']) }}
),

-- then equal item: one to one where there are as many on either side, else each with each
same_item as (
    {{ pair_ranked('rest_booked', 'rest_ordered', ['group_key', 'sku_normalised'], 'item') }}
),

final as (
    select * from exact
    union all
    select * from same_item
)

select * from final
