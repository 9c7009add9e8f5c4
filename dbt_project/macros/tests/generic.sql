{#- Fails for every combination of columns that occurs more than once. -#}
{% test unique_combination(model, combination_of_columns) %}
select {{ combination_of_columns | join(', ') }}, count(*) as row_count
from {{ model }}
group by {{ combination_of_columns | join(', ') }}
having count(*) > 1
{% endtest %}

{#- Fails for values outside a range; null passes. -#}
{% test accepted_range(model, column_name, min_value=none, max_value=none) %}
select {{ column_name }}
from {{ model }}
where
    false
    {%- if min_value is not none %} or {{ column_name }} < {{ min_value }}{% endif %}
    {%- if max_value is not none %} or {{ column_name }} > {{ max_value }}{% endif %}
{% endtest %}

{#- Fails for rows on which an expression is false or unknown. -#}
{% test expression_is_true(model, expression, column_name=none) %}
select *
from {{ model }}
where not coalesce({{ column_name ~ ' ' if column_name else '' }}{{ expression }}, false)
{% endtest %}

{#- Fails when the newest value is older than so many days before the run's business date. -#}
{% test recency(model, column_name, days) %}
select max({{ column_name }}) as newest
from {{ model }}
having max({{ column_name }}) < {{ as_of() }} - interval '{{ days }}' day
{% endtest %}

{#-
  Fails for every group in which the sums of two relations differ, groups of either side included.
  `measure` and `compare_measure` are expressions; `group_by` names columns that both relations have.
-#}
{% test sum_equality(model, measure, compare_to, compare_measure, group_by=[], where='true',
                     compare_where='true') %}
select
    {%- for column in group_by %}
    {{ column }},
    {%- endfor %}
    sum(amount) as difference
from (
    select {{ (group_by + ['']) | join(', ') }} {{ measure }} as amount
    from {{ model }} where {{ where }}
    union all
    select {{ (group_by + ['']) | join(', ') }} -({{ compare_measure }}) as amount
    from {{ compare_to }} where {{ compare_where }}
) as both_sides
{%- if group_by %}
group by {{ group_by | join(', ') }}
{%- endif %}
having sum(amount) <> 0
{% endtest %}
