{#-
  Connected components: of the records that the rows of a CTE `pair` join, directly or through others,
  each gets the least of them as its root. `key` and `other_key` name the two columns of `pair`, which
  holds every pair in both directions. Emits CTEs named after `name`; the last one, `name` itself, has
  one row per record of any pair: `key`, root.

  In each round a record and its root take the least root that a neighbour offers, and a root gives way
  to its own root, so that a chain shrinks by more than half a round: 8 rounds hold chains of 100 records
  together. What they did not, the test of the model that uses it shows. (A recursive query stops by
  itself, but needs DuckDB's own `using key` to be as fast.)
-#}
{% macro joined(name, pair, key, other_key, rounds=8) -%}
{{ name }}_0 as (
    select
        {{ key }},
        {{ key }} as root,
    from {{ pair }}
    group by {{ key }}
),
{%- for number in range(1, rounds + 1) %}

{{ name }}_grand_{{ number }} as (
    select
        record.{{ key }},
        record.root as parent,
        parent.root,
    from {{ name }}_{{ number - 1 }} as record
    inner join {{ name }}_{{ number - 1 }} as parent on record.root = parent.{{ key }}
),

{{ name }}_near_{{ number }} as (
    select
        pair.{{ key }},
        min(neighbour.root) as root,
    from {{ pair }} as pair
    inner join {{ name }}_grand_{{ number }} as neighbour
        on pair.{{ other_key }} = neighbour.{{ key }}
    group by pair.{{ key }}
),

{{ name if number == rounds else name ~ '_' ~ number }} as (
    select
        offered.{{ key }},
        min(offered.root) as root,
    from (
        select
            {{ key }},
            root,
        from {{ name }}_grand_{{ number }}
        union all
        select
            {{ key }},
            root,
        from {{ name }}_near_{{ number }}
        union all
        select
            grand.parent as {{ key }},
            near.root,
        from {{ name }}_near_{{ number }} as near
        inner join {{ name }}_grand_{{ number }} as grand on near.{{ key }} = grand.{{ key }}
    ) as offered
    group by offered.{{ key }}
){{ ',' if not loop.last }}
{%- endfor %}
{%- endmacro %}
