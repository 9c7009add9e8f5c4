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
        case
            when difference = 0 then 'equal amount'
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
