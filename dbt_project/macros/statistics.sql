{#-
  Part of a whole as decimal(5, 4), 0 to 1. Null when there is no whole, and when the part is none of
  it (negative amounts on one side): such a rate would mislead, and would not fit the type.
-#}
{% macro share_of(part, whole) -%}
    cast(
        case
            when {{ whole }} > 0 and {{ part }} between 0 and {{ whole }}
                then cast({{ part }} as decimal(38, 10)) / {{ whole }}
        end
        as decimal(5, 4)
    )
{%- endmacro %}

{#-
  Lower (`sign` '-') or upper ('+') end of the 95% Wilson interval of `hits` out of `trials`, as
  decimal(5, 4); null without trials. Wilson, for it holds where stewards' decisions are: few trials
  and rates near 1, where the usual interval of p +- 1.96 s claims certainty. z is 1.959964, squared
  3.841459. The square root is the one number here that no decimal holds; the expression rounds it.
-#}
{% macro wilson_bound(hits, trials, sign) -%}
    cast(
        case
            when {{ trials }} > 0
                then (
                    2 * {{ hits }} + 3.841459
                    {{ sign }} 1.959964
                    * sqrt(
                        3.841459
                        + 4 * {{ hits }}
                        * (cast({{ trials }} - {{ hits }} as decimal(38, 10)) / {{ trials }})
                    )
                ) / (2 * ({{ trials }} + 3.841459))
        end
        as decimal(5, 4)
    )
{%- endmacro %}

{#- The measures of one night of rpt_match_quality and their types: one list for all copies. -#}
{% macro match_night_columns() -%}
    {%- set columns = {'as_of': 'timestamp', 'scope': 'string', 'currency': 'string'} -%}
    {%- set kinds = [
        '', 'matched_', 'review_', 'unmatched_', 'grade_a_', 'grade_b_', 'grade_c_', 'grade_d_'
    ] -%}
    {%- for kind in kinds -%}
        {%- do columns.update({kind ~ 'account_count': 'integer'}) -%}
    {%- endfor -%}
    {%- for kind in kinds -%}
        {%- do columns.update({kind ~ 'amount': 'decimal(28, 4)'}) -%}
    {%- endfor -%}
    {%- do columns.update({
        'account_match_rate': 'decimal(5, 4)',
        'amount_match_rate': 'decimal(5, 4)',
        'queue_pair_count': 'integer',
        'queue_account_count': 'integer',
        'queue_amount': 'decimal(28, 4)',
        'queue_oldest_days': 'integer',
        'queue_average_days': 'decimal(9, 1)',
    }) -%}
    {{ return(columns) }}
{%- endmacro %}
