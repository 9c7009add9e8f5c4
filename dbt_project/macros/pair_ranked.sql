{#-
  Pairs lines of two sides that agree on the columns `on`. Lines of equal rank (by quantity, amount, id)
  form pairs. With must_agree (default) ranks count only where both sides have as many lines; where they
  do not, each is paired with each, and the allocation shares the amounts out. Without it, what exceeds
  the shorter side stays unpaired.
-#}
{% macro pair_ranked(booked, ordered, on, pair_rule, must_agree=true) -%}
    select
        booked.group_key,
        booked.crm_system,
        booked.opportunity_id,
        booked.opportunity_line_id,
        ordered.erp_system,
        ordered.order_id,
        ordered.order_line_id,
        '{{ pair_rule }}' as pair_rule
    from (
        select
            line.*,
            row_number() over (
                partition by {{ on | join(', ') }}
                order by quantity, amount, crm_system, opportunity_line_id
            ) as place,
            count(*) over (partition by {{ on | join(', ') }}) as line_count
        from {{ booked }} as line
    ) as booked
    inner join (
        select
            line.*,
            row_number() over (
                partition by {{ on | join(', ') }}
                order by quantity, amount, erp_system, order_id, order_line_id
            ) as place,
            count(*) over (partition by {{ on | join(', ') }}) as line_count
        from {{ ordered }} as line
    ) as ordered
        on
        {%- for column in on %}
            booked.{{ column }} = ordered.{{ column }} and
        {%- endfor %}
            {% if must_agree -%}
            (booked.place = ordered.place or booked.line_count <> ordered.line_count)
            {%- else -%}
            booked.place = ordered.place
            {%- endif %}
{%- endmacro %}
