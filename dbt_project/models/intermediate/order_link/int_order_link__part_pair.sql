-- one row per order and deal of which one is a part of the other, all parts together being the whole
{%- set sides = {
    'deal': {
        'key': ['erp_system', 'crm_system', 'opportunity_id'],
        'part': 'order',
        'rule': 'several orders of one deal',
    },
    'order': {
        'key': ['erp_system', 'order_id'],
        'part': 'deal',
        'rule': 'several deals in one order',
    },
} %}
with

tied as (
    select * from {{ ref('int_order_link__tied_pair') }}
),

pair as (
    select free_pair.*
    from {{ ref('int_order_link__compared_pair') }} as free_pair
    left join tied as tied_order
        on
            free_pair.erp_system = tied_order.erp_system
            and free_pair.order_id = tied_order.order_id
    left join tied as tied_deal
        on
            free_pair.crm_system = tied_deal.crm_system
            and free_pair.opportunity_id = tied_deal.opportunity_id
    where
        tied_order.order_id is null
        and tied_deal.opportunity_id is null
        and free_pair.is_live
        and free_pair.deal_items is not null
        and not free_pair.names_unknown_deal
        and free_pair.is_same_customer
        and not free_pair.is_other_number
),

order_item as (
    select * from {{ ref('int_order_link__order_item') }}
),

deal_item as (
    select * from {{ ref('int_order_link__deal_item') }}
),

{% for whole, side in sides.items() -%}
{%- set other = sides[side.part].key -%}
-- what may be a part of the whole: all its items are among the whole's, and no more of any
part_of_{{ whole }} as (
    select
        pair.*,
        count(*) over (partition by {{ other | join(', ') }}) as wholes_of_part,
    from pair
    where items_within_{{ whole }} = {{ side.part }}_items or order_amount = deal_amount
),

total_of_{{ whole }} as (
    select
        {{ side.key | join(',\n        ') }},
        sum({{ side.part }}_amount) as part_amount,
        max({{ whole }}_amount) as whole_amount,
        count(*) as parts,
        max(wholes_of_part) as wholes_of_part,
    from part_of_{{ whole }}
    group by {{ side.key | join(', ') }}
),

item_of_{{ whole }} as (
    select
        {% for column in side.key -%}
        part.{{ column }},
        {% endfor -%}
        item.sku_normalised,
        sum(item.amount) as amount,
        sum(item.quantity) as quantity,
    from part_of_{{ whole }} as part
    inner join {{ side.part }}_item as item
        on
            {% for column in other -%}
            part.{{ column }} = item.{{ column }}{{ ' and ' if not loop.last }}
            {%- endfor %}
    group by {% for column in side.key %}part.{{ column }}, {% endfor %}item.sku_normalised
),

untied_{{ whole }} as (
    select
        {% for column in side.key -%}
        whole.{{ column }}{{ ',' }}
        {% endfor %}
    from {{ whole }}_item as whole
    left join item_of_{{ whole }} as item
        on
            {% for column in side.key -%}
            whole.{{ column }} = item.{{ column }} and
            {% endfor -%}
            whole.sku_normalised = item.sku_normalised
            and whole.amount = item.amount
            and coalesce(whole.quantity, item.quantity, 0)
            = coalesce(item.quantity, whole.quantity, 0)
    where item.sku_normalised is null
    group by {% for column in side.key %}whole.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
),

whole_{{ whole }} as (
    select
        part.erp_system,
        part.order_id,
        part.crm_system,
        part.opportunity_id,
        '{{ side.rule }}' as link_rule,
    from part_of_{{ whole }} as part
    inner join total_of_{{ whole }} as total
        on
            {% for column in side.key -%}
            part.{{ column }} = total.{{ column }}{{ ' and ' if not loop.last }}
            {%- endfor %}
    left join untied_{{ whole }} as untied
        on
            {% for column in side.key -%}
            part.{{ column }} = untied.{{ column }}{{ ' and ' if not loop.last }}
            {%- endfor %}
    where
        total.parts > 1
        and total.wholes_of_part = 1
        and total.part_amount = total.whole_amount
        and untied.{{ side.key[0] }} is null
),

{% endfor -%}
final as (
    select * from whole_deal
    union all
    -- an order that is a part of a deal is not made of deals as well
    select whole_order.*
    from whole_order
    left join part_of_deal
        on
            whole_order.crm_system = part_of_deal.crm_system
            and whole_order.opportunity_id = part_of_deal.opportunity_id
    where part_of_deal.opportunity_id is null
)

select * from final
