{#-
  What obligations that are billed above their allocated price give to those of their contract that are
  billed below it, bill by bill, in whole minor units. Emits a select with the key columns of `priced`,
  obligation_id, `bill_columns` of the bill, and transfer_units: negative for who gives, and with every
  gift positive for who gets it, so that each bill's transfers add up to 0.
    bill     one row per bill line of an obligation: key, obligation_id, billed_units, bill_columns
    priced   one row per obligation: key, obligation_id, open_units (what is to be billed of it),
             surplus_units (by how much that is above its price; negative: below)
    key      columns that name policy, contract and cell
  Running totals are rounded, never a single bill: a past transfer does not move because of a later one,
  and once all is billed everyone has his price.
-#}
{% macro reallocated(bill, priced, key, bill_columns) -%}
    {%- set keys = key | join(', ') -%}
    {%- set bills = bill_columns | join(', ') -%}
    {%- set order = 'period, event_key, obligation_id' -%}
    with billed_to_date as (
        select
            bill.*,
            priced.open_units,
            priced.surplus_units,
            sum(bill.billed_units) over (
                partition by bill.{{ key | join(', bill.') }}, bill.obligation_id
                order by bill.period, bill.event_key
                rows between unbounded preceding and current row
            ) as running_units
        from {{ bill }} as bill
        inner join {{ priced }} as priced
            on {{ same_keys('bill', 'priced', key + ['obligation_id']) }}
        where priced.surplus_units > 0 and priced.open_units <> 0
    ),

    -- never less than nothing nor more than all, whatever is credited or billed beyond the price
    cut as (
        select
            * exclude (running_units),
            case
                when sign(running_units) <> sign(open_units) then 0
                when abs(running_units) > abs(open_units) then open_units
                else running_units
            end as running_units
        from billed_to_date
    ),

    given_to_date as (
        select
            *,
            {{ scale_whole('surplus_units', 'running_units', 'open_units', 1) }} as given_to_date
        from cut
    ),

    given as (
        select
            *,
            given_to_date - coalesce(lag(given_to_date) over (
                partition by {{ keys }}, obligation_id order by period, event_key
            ), 0) as given_units
        from given_to_date
    ),

    poured as (
        select
            *,
            sum(given_units) over (
                partition by {{ keys }} order by {{ order }}
                rows between unbounded preceding and current row
            ) as poured_units
        from given
    ),

    getter as (
        select
            {{ keys }},
            obligation_id as getter_id,
            sum(-surplus_units) over (
                partition by {{ keys }} order by obligation_id
                rows between unbounded preceding and current row
            ) as weight_to,
            sum(-surplus_units) over (
                partition by {{ keys }} order by obligation_id
                rows between unbounded preceding and current row
            ) + surplus_units as weight_from,
            sum(-surplus_units) over (partition by {{ keys }}) as weights
        from {{ priced }}
        where surplus_units < 0
    ),

    got as (
        select
            poured.*,
            getter.getter_id,
            {%- for end in ['to', 'from'] %}
            {{ scale_whole('poured.poured_units', 'getter.weight_' ~ end, 'getter.weights', 1) }}
            - {{ scale_whole('(poured.poured_units - poured.given_units)', 'getter.weight_' ~ end,
                'getter.weights', 1) }} as poured_{{ end }}{{ ',' if not loop.last }}
            {%- endfor %}
        from poured
        inner join getter on {{ same_keys('poured', 'getter', key) }}
    )

    select
        {{ keys }}, obligation_id, {{ bills }}, -sum(poured_to - poured_from) as transfer_units
    from got
    group by {{ keys }}, obligation_id, {{ bills }}
    union all
    select
        {{ keys }}, getter_id as obligation_id, {{ bills }}, poured_to - poured_from as transfer_units
    from got
{%- endmacro %}
