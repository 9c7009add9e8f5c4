{#- True when `actual` satisfies one declared rule (operator, value); null counts as empty text and
    letters match without regard to case. `in` lists are separated by |. An operator that is not known
    never matches: a definition that uses one is refused when it is loaded. -#}
{% macro rule_matches(actual, operator, value) -%}
    case {{ operator }}
        when 'equals' then lower(coalesce({{ actual }}, '')) = lower(coalesce({{ value }}, ''))
        when 'not_equals' then lower(coalesce({{ actual }}, '')) <> lower(coalesce({{ value }}, ''))
        when 'in'
            then {{ dbt.position("'|' || lower(coalesce(" ~ actual ~ ", '')) || '|'",
                                 "'|' || lower(coalesce(" ~ value ~ ", '')) || '|'") }} > 0
        when 'contains'
            then
                coalesce({{ value }}, '') <> ''
                and {{ dbt.position("lower(coalesce(" ~ value ~ ", ''))",
                                    "lower(coalesce(" ~ actual ~ ", ''))") }} > 0
        when 'starts_with'
            then
                coalesce({{ value }}, '') <> ''
                and {{ dbt.position("lower(coalesce(" ~ value ~ ", ''))",
                                    "lower(coalesce(" ~ actual ~ ", ''))") }} = 1
        when 'is_true' then lower(coalesce({{ actual }}, '')) in ('true', 't', '1', 'y', 'yes')
        else false
    end
{%- endmacro %}

{#- Whether a rule of revenue_policies speaks of an obligation, on the day its contract began. -#}
{% macro policy_rule_matches(rule, obligation) -%}
    (
        {{ obligation }}.inception_date >= {{ rule }}.valid_from
        and {{ obligation }}.inception_date < {{ rule }}.valid_to
        and {{ rule_matches(
            'case ' ~ rule ~ '.field'
            ~ " when 'item_class' then " ~ obligation ~ '.item_class'
            ~ " when 'item_type' then " ~ obligation ~ '.item_type'
            ~ " when 'sku' then " ~ obligation ~ '.sku'
            ~ " when 'recognition_rule' then " ~ obligation ~ '.recognition_rule'
            ~ " when 'obligation_source' then " ~ obligation ~ '.obligation_source end',
            rule ~ '.operator', rule ~ '.value'
        ) }}
    )
{%- endmacro %}
