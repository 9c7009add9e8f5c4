-- one row per opportunity line and released order line that are sold and ordered as one
with

named_pair as (
    select * from {{ ref('int_order_link__pair_by_reference') }}
    union all
    select * from {{ ref('int_order_link__pair_by_item') }}
),

all_booked as (
    select * from {{ ref('int_order_link__booked_line') }}
),

all_ordered as (
    select * from {{ ref('int_order_link__ordered_line') }}
),

booked as (
    {{ unpaired('all_booked', 'named_pair', ['crm_system', 'opportunity_line_id']) }}
),

ordered as (
    {{ unpaired('all_ordered', 'named_pair', ['erp_system', 'order_id', 'order_line_id']) }}
),

-- what is left on both sides of a group: equal amounts first, then the rest
exact as (
    {{ pair_ranked('booked', 'ordered', ['group_key', 'amount'], 'rest of the deal',
                   must_agree=false) }}
),

rest_booked as (
    {{ unpaired('booked', 'exact', ['crm_system', 'opportunity_line_id']) }}
),

rest_ordered as (
    {{ unpaired('ordered', 'exact', ['erp_system', 'order_id', 'order_line_id']) }}
),

rest as (
    {{ pair_ranked('rest_booked', 'rest_ordered', ['group_key'], 'rest of the deal') }}
),

final as (
    select * from named_pair
    union all
    select * from exact
    union all
    select * from rest
)

select * from final
