{#- Whether a contract term is about an obligation of its contract: all of them unless the term names a
    part by revenue element, item or line. -#}
{% macro term_names_obligation(term, obligation) -%}
    (
        ({{ term }}.element is null or {{ term }}.element = {{ obligation }}.obligation_id)
        and ({{ term }}.sku is null or upper({{ term }}.sku) = upper({{ obligation }}.sku))
        and (
            {{ term }}.line is null
            or {{ term }}.line = {{ obligation }}.contract_line_id
            or {{ term }}.line = {{ obligation }}.order_line_id
        )
    )
{%- endmacro %}

{#- A date as a number of months: what happens within a month counts at its end, what happens on its first
    day at the end of the month before, so that a year from 1 January ends in December. -#}
{% macro month_number(day) -%}
    (
        12 * extract(year from {{ day }}) + extract(month from {{ day }})
        - case when extract(day from {{ day }}) = 1 then 1 else 0 end
    )
{%- endmacro %}

{#- Growth of 1 is a whole number at this scale; contract terms keep growth below 1,000. -#}
{% macro growth_unit() -%}
    1000000000000000
{%- endmacro %}

{#- The month whose end a number of months is, as its first day. -#}
{% macro month_of_number(number) -%}
    cast(
        {{ dbt.dateadd('month', 'cast(' ~ number ~ ' - 22801 as integer)', "cast('1900-01-01' as date)") }}
        as date
    )
{%- endmacro %}

{#- Hundred-millionths of an amount to a whole number of minor units, rounded half away from zero. -#}
{% macro minor_from_hundred_millionths(whole, minor_unit) -%}
    {{ scale_whole(
        whole, '1',
        'case ' ~ minor_unit ~ ' when 0 then 100000000 when 1 then 10000000 when 3 then 100000'
        ~ ' when 4 then 10000 else 1000000 end',
        1
    ) }}
{%- endmacro %}

{#-
  Interest of contracts, shared out to their obligations by sales price, as CTEs down to `divided`: the
  columns of int_revenue__stated_obligation, those of the key, and share_units in minor units.
    interest   one row per key: interest_units, in hundred-millionths
    key        erp_system, contract_id and what else names an amount that is shared out
-#}
{% macro interest_shares(interest, key) -%}
obligation as (
    select
        *,
        abs({{ to_minor('sales_amount', 'minor_unit') }}) as weight
    from {{ ref('int_revenue__stated_obligation') }}
    where obligation_source = 'element'
),

shared as (
    select
        obligation.*,
        {%- for column in key if column not in ['erp_system', 'contract_id'] %}
        {{ interest }}.{{ column }},
        {%- endfor %}
        {{ minor_from_hundred_millionths(interest ~ '.interest_units', 'obligation.minor_unit') }}
            as contract_units
    from {{ interest }}
    inner join obligation
        on {{ same_keys(interest, 'obligation', ['erp_system', 'contract_id']) }}
),

divided as (
    {{ largest_remainder(
        relation='shared', total='contract_units', weight='weight', partition_by=key,
        order_by=['obligation_id'], result='share_units'
    ) }}
)
{%- endmacro %}
