{#-
  The points of an order and a deal that no reference links, in one place: whole bits, so that each point doubles
  the odds. General knowledge about orders, set by hand (DECISIONLOG, "Orders without a reference"): never fit them
  to one company's data. What may be tuned per company is definitions: matching_thresholds.order_link_*.
-#}
{% macro order_link_points() -%}
    {{ return({
        'same_amount': 8,
        'stated_basis': 6,
        'within_1_percent': 5,
        'within_10_percent': 3,
        'within_25_percent': 1,
        'other_amount': -3,
        'other_sign': -20,
        'same_items': 5,
        'items_of_one': 3,
        'shared_item': 1,
        'other_items': -5,
        'same_quantities': 3,
        'same_name': 6,
        'other_name': -6,
        'near_number': 6,
        'other_number': -6,
        'named_by_reference': 8,
        'deal_open': -2,
        'order_cancelled': -2,
        'family': -3,
        'within_2_weeks': 3,
        'within_month': 2,
        'within_2_months': 1,
    }) }}
{%- endmacro %}

{#-
  Rounds of mutual best: emits CTEs best_1 .. best_n and `assigned`. In each round the pairs that lead every other
  pair of their order and of their deal by the margin are taken, and with them all rivals of their order and deal.
-#}
{% macro mutual_best(pairs, rounds) -%}
{%- set order_key = 'erp_system, order_id' -%}
{%- set deal_key = 'crm_system, opportunity_id' -%}
{%- for round in range(1, rounds + 1) %}
left_{{ round }} as (
    select pair.*
    from {{ pairs if round == 1 else 'left_' ~ (round - 1) }} as pair
    {%- if round > 1 %}
    where not exists (
        select 1 from best_{{ round - 1 }} as best
        where
            (pair.erp_system = best.erp_system and pair.order_id = best.order_id)
            or (pair.crm_system = best.crm_system and pair.opportunity_id = best.opportunity_id)
    )
    {%- endif %}
),

best_{{ round }} as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by {{ order_key }} order by lead_points desc, {{ deal_key }}
            ) as place_of_order,
            row_number() over (
                partition by {{ deal_key }} order by lead_points desc, {{ order_key }}
            ) as place_of_deal,
            coalesce(nth_value(lead_points, 2) over (
                partition by {{ order_key }} order by lead_points desc, {{ deal_key }}
                rows between unbounded preceding and unbounded following
            ), -99) as next_of_order,
            coalesce(nth_value(lead_points, 2) over (
                partition by {{ deal_key }} order by lead_points desc, {{ order_key }}
                rows between unbounded preceding and unbounded following
            ), -99) as next_of_deal
        from left_{{ round }}
    ) as ranked
    where
        place_of_order = 1 and place_of_deal = 1
        and lead_points - next_of_order >= margin_points
        and lead_points - next_of_deal >= margin_points
        and points >= accept_points
        and not names_unknown_deal
        and not is_rest
),
{% endfor %}
assigned as (
    {%- for round in range(1, rounds + 1) %}
    select erp_system, order_id, crm_system, opportunity_id from best_{{ round }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)
{%- endmacro %}

{#- Why an order may be a deal's and what speaks against it, in one line; columns of int_order_link__scored_pair. -#}
{% macro order_link_evidence() -%}
    concat_ws(
        ', ',
        case when is_referred then 'named by its reference' end,
        case when is_rest_of_deal then 'what other orders leave of the deal' end,
        case when is_rest_of_order then 'what the order has beyond the deal it names' end,
        case
            when difference = 0 then 'equal amount'
            when is_basis_amount and is_rest_of_deal then 'price of the items left'
            when is_basis_amount then 'amount after discount or term'
            when difference * 10 <= abs(deal_amount) then 'amount within 10%'
            when difference * 4 <= abs(deal_amount) then 'amount within 25%'
            else 'other amount'
        end,
        case
            when deal_items is null then 'items of the deal not known'
            when is_same_items then 'same items'
            when shared_items > 0
                then cast(shared_items as {{ dbt.type_string() }}) || ' of '
                || cast(deal_items as {{ dbt.type_string() }}) || ' items'
            else 'other items'
        end,
        case when quantity_points > 0 then 'same quantities' end,
        case
            when is_same_name then 'text names the deal'
            when names_some_deal then 'text names another deal'
        end,
        case
            when is_near_number then 'purchase order number differs in one sign'
            when is_other_number then 'other purchase order number'
        end,
        case when not is_same_customer then 'other customer of the family' end,
        case when not is_won then 'deal still open' end,
        case when not is_live then 'order cancelled' end,
        case
            when days_after_close < 0
                then cast(-days_after_close as {{ dbt.type_string() }}) || ' days before the close'
            else cast(days_after_close as {{ dbt.type_string() }}) || ' days after the close'
        end
    )
{%- endmacro %}

{#-
  Unlinked orders and deals (CTEs free_order, free_deal) that agree on customer_key or, where their amounts are equal,
  on family_key, and what they agree on. Who is one customer is asked on the later of the two days.
-#}
{% macro unlinked_pairs(block) -%}
    select
        free_order.erp_system,
        free_order.order_id,
        free_deal.crm_system,
        free_deal.opportunity_id,
        free_order.net_amount as order_amount,
        free_deal.net_amount as deal_amount,
        free_order.item_count as order_items,
        free_order.item_set,
        free_order.refers,
        free_order.names_unknown_deal,
        free_order.is_live,
        free_deal.is_won,
        free_order.is_rest as is_rest_of_order,
        free_deal.is_rest as is_rest_of_deal,
        free_order.is_rest or free_deal.is_rest as is_rest,
        free_order.customer_key = free_deal.customer_key as is_same_customer,
        {{ names_in_full('free_order.memo_name', 'free_deal.deal_name') }}
        or {{ names_in_full('free_order.reference_name', 'free_deal.deal_name') }} as is_same_name,
        free_order.purchase_order_number_normalised as order_number,
        free_deal.purchase_order_number_normalised as deal_number,
        coalesce(
            free_order.purchase_order_number_normalised
            <> free_deal.purchase_order_number_normalised, false
        ) as is_other_number,
        cast(
            {{ dbt.datediff('free_deal.close_date', 'free_order.order_date', 'day') }} as integer
        ) as days_after_close,
        -- the deal less its own discount, or a year of its term; what is left, at the deal's prices
        coalesce(
            free_deal.discount_percent <> 0 and abs(
                free_order.net_amount * 100
                - free_deal.basis_amount * (100 - cast(free_deal.discount_percent as decimal(9, 4)))
            ) <= 1, false
        ) or coalesce(
            free_deal.term_months > 12
            and free_order.net_amount * free_deal.term_months = free_deal.basis_amount * 12, false
        ) or (
            free_deal.is_rest and free_order.net_amount = free_deal.basis_amount
        ) as is_basis_amount,
    from free_order
    inner join free_deal
        on
            free_order.{{ block }} = free_deal.{{ block }}
            {%- if block == 'family_key' %}
            and free_order.net_amount = free_deal.net_amount
            and free_order.customer_key <> free_deal.customer_key
            {%- endif %}
            and free_order.currency = free_deal.currency
            and {{ holds_on(
                'free_order', 'greatest(free_deal.close_date, free_order.order_date)'
            ) }}
            and {{ holds_on(
                'free_deal', 'greatest(free_deal.close_date, free_order.order_date)'
            ) }}
{%- endmacro %}

{#-
  CTEs that find which parts (orders of a deal, deals in an order; CTEs pair, order_item, deal_item) make up a whole:
  `whole_<whole>` has one row per order and deal. All that fits into the whole (and names it, where any does) is its
  part, or nothing is.
-#}
{% macro wholes_of_parts(whole, key, part, part_key, rule) -%}
-- what may be a part of the whole: all its items are among the whole's, and no more of any
-- Where some name the deal, those that do not are other sales of the same things.
part_of_{{ whole }} as (
    select
        candidate.*,
        count(*) over (partition by {{ part_key | join(', ') }}) as wholes_of_part,
    from (
        select
            pair.*,
            bool_or(is_same_name) over (partition by {{ key | join(', ') }}) as names_some_part,
        from pair
        where items_within_{{ whole }} = {{ part }}_items or order_amount = deal_amount
    ) as candidate
    where candidate.is_same_name or not candidate.names_some_part
),

total_of_{{ whole }} as (
    select
        {{ key | join(',\n        ') }},
        sum({{ part }}_amount) as part_amount,
        max({{ whole }}_amount) as whole_amount,
        count(*) as parts,
        max(wholes_of_part) as wholes_of_part,
    from part_of_{{ whole }}
    group by {{ key | join(', ') }}
),

item_of_{{ whole }} as (
    select
        {% for column in key -%}
        part.{{ column }},
        {% endfor -%}
        item.sku_normalised,
        sum(item.amount) as amount,
        sum(item.quantity) as quantity,
    from part_of_{{ whole }} as part
    inner join {{ part }}_item as item
        on
            {% for column in part_key -%}
            part.{{ column }} = item.{{ column }}{{ ' and ' if not loop.last }}
            {%- endfor %}
    group by {% for column in key %}part.{{ column }}, {% endfor %}item.sku_normalised
),

untied_{{ whole }} as (
    select
        {% for column in key -%}
        whole.{{ column }}{{ ',' }}
        {% endfor %}
    from {{ whole }}_item as whole
    left join item_of_{{ whole }} as item
        on
            {% for column in key -%}
            whole.{{ column }} = item.{{ column }} and
            {% endfor -%}
            whole.sku_normalised = item.sku_normalised
            and whole.amount = item.amount
            and coalesce(whole.quantity, item.quantity, 0)
            = coalesce(item.quantity, whole.quantity, 0)
    where item.sku_normalised is null
    group by {% for column in key %}whole.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
),

whole_{{ whole }} as (
    select
        part.erp_system,
        part.order_id,
        part.crm_system,
        part.opportunity_id,
        '{{ rule }}' as link_rule,
    from part_of_{{ whole }} as part
    inner join total_of_{{ whole }} as total
        on
            {% for column in key -%}
            part.{{ column }} = total.{{ column }}{{ ' and ' if not loop.last }}
            {%- endfor %}
    left join untied_{{ whole }} as untied
        on
            {% for column in key -%}
            part.{{ column }} = untied.{{ column }}{{ ' and ' if not loop.last }}
            {%- endfor %}
    where
        total.parts > 1
        and total.wholes_of_part = 1
        and total.part_amount = total.whole_amount
        and untied.{{ key[0] }} is null
)
{%- endmacro %}

{#- A limit of the primary definition set (matching_thresholds.order_link_<name>), or its default. -#}
{% macro order_link_limit(name, default) -%}
    cast(
        coalesce(max(case when threshold = 'order_link_{{ name }}' then value end), {{ default }}) as integer
    ) as {{ name }}
{%- endmacro %}

{#- Whether two record ids are one in their first 15 signs, whatever the case of their letters. -#}
{% macro same_record_in_any_case(one, other) -%}
    lower({{ crm_record_key(one) }}) = lower({{ crm_record_key(other) }})
{%- endmacro %}

{#-
  Whether the won deals of a window may be one deal entered twice: of one account, currency and amount, and closed
  no further apart than that happens. Columns of int_order_link__reference_verdict and its threshold.
-#}
{% macro won_are_twins(span) -%}
    coalesce(
        min(case when is_won then twin_key end) over {{ span }}
        = max(case when is_won then twin_key end) over {{ span }}
        and date_diff(
            'day', min(case when is_won then close_date end) over {{ span }},
            max(case when is_won then close_date end) over {{ span }}
        ) <= threshold.duplicate_window_days,
        false
    )
{%- endmacro %}
