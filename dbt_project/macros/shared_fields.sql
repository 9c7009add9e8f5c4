{#-
  The fields of a customer that both systems keep, each with the entry of field_ownership that
  decides about it: the parts of an address are owned, and change hands, together. In the order in
  which the parts of a value are read.
-#}
{% macro shared_fields() -%}
    {{ return([
        ('legal_customer_name', 'legal_customer_name'),
        ('bill_to_street', 'billing_address'),
        ('bill_to_city', 'billing_address'),
        ('bill_to_state', 'billing_address'),
        ('bill_to_postal_code', 'billing_address'),
        ('bill_to_country', 'billing_address'),
        ('ship_to_street', 'shipping_address'),
        ('ship_to_city', 'shipping_address'),
        ('ship_to_state', 'shipping_address'),
        ('ship_to_postal_code', 'shipping_address'),
        ('ship_to_country', 'shipping_address'),
        ('sales_rep_code', 'owner'),
        ('category', 'industry'),
        ('payment_terms', 'payment_terms'),
        ('tax_code', 'tax_exempt'),
        ('tax_id', 'tax_id'),
        ('tax_region', 'tax_region'),
        ('credit_status', 'credit_status'),
        ('phone', 'contact'),
    ]) }}
{%- endmacro %}

{#- The shared fields as rows: field, owned_as, position. -#}
{% macro shared_field_rows() -%}
    {%- for field, owned_as in shared_fields() %}
    select
        '{{ field }}' as field,
        '{{ owned_as }}' as owned_as,
        {{ loop.index }} as position
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- Value of the field that the expression `field` names, in a row with a column for each. -#}
{% macro shared_field_value(field, alias) -%}
    case {{ field }}
        {%- for name, _ in shared_fields() %}
        when '{{ name }}' then {{ alias }}.{{ name }}
        {%- endfor %}
    end
{%- endmacro %}

{#- The same for what field_ownership names; the parts of an address are one text. -#}
{% macro owned_value(owned_as, alias) -%}
    case {{ owned_as }}
        {%- for name, fields in shared_fields() | groupby(1) %}
        when '{{ name }}' then nullif(concat_ws(
            ', '
            {%- for field, _ in fields -%}
            , {{ alias }}.{{ field }}
            {%- endfor -%}
        ), '')
        {%- endfor %}
    end
{%- endmacro %}

{#- When the record says that it changed: addresses of some systems have a date of their own. -#}
{% macro owned_modified_at(owned_as, alias) -%}
    coalesce(
        case {{ owned_as }}
            when 'billing_address' then {{ alias }}.bill_to_modified_at
            when 'tax_region' then {{ alias }}.bill_to_modified_at
            when 'shipping_address' then {{ alias }}.ship_to_modified_at
        end,
        {{ alias }}.modified_at
    )
{%- endmacro %}

{#- One row per field that the primary definition set assigns to a side. -#}
{% macro primary_field_ownership() -%}
    select ownership.*
    from {{ source('definitions', 'field_ownership') }} as ownership
    inner join {{ source('definitions', 'definition_set') }} as definition_set
        on ownership.definition_id = definition_set.definition_id
    where definition_set.is_primary
{%- endmacro %}

{#- Owner of a field on a day: `ownership` and `first_order_date` are as in int_golden__stage. -#}
{% macro owner_on(day, first_order_date, ownership) -%}
    case
        when {{ first_order_date }} <= {{ day }} then {{ ownership }}.owner_after_first_order
        else {{ ownership }}.owner_before_first_order
    end
{%- endmacro %}

{#-
  Whether two values of a shared field say different things: names without legal forms, telephone
  numbers by their last nine digits, the rest by letters and digits. A region stated once as a code
  and once by name ("CA", "California") cannot be compared: no difference; nor is a blank side.
-#}
{% macro values_differ(field, one, other, other_code='null') -%}
    {%- set bare = [] -%}
    {%- for value in [one, other] -%}
        {%- do bare.append(regexp_replace_all(
            strip_accents("lower(" ~ value ~ ")"), "[^[:alnum:]]", ""
        )) -%}
    {%- endfor -%}
    case
        when {{ one }} = {{ other }} or {{ one }} = {{ other_code }} then false
        when {{ field }} = 'legal_customer_name'
            then
                coalesce({{ normalise_name(one) }}, '') <> coalesce({{ normalise_name(other) }}, '')
        when
            {{ field }} in ('bill_to_state', 'ship_to_state')
            and (length({{ one }}) <= 3) <> (length({{ other }}) <= 3)
            then false
        when
            {{ field }} = 'tax_region'
            and left({{ one }}, 2) = left({{ other }}, 2)
            and (
                (length({{ one }}) <= 6) <> (length({{ other }}) <= 6)
                or length({{ one }}) = 2
                or length({{ other }}) = 2
            )
            then false
        when {{ field }} = 'phone' then right({{ bare[0] }}, 9) <> right({{ bare[1] }}, 9)
        else {{ bare[0] }} <> {{ bare[1] }}
    end
{%- endmacro %}
