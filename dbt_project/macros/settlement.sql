{#- The name of a ledger account as lower-case words of letters, one blank between. -#}
{% macro account_words(expression) -%}
    trim({{ regexp_replace_all(strip_accents('lower(' ~ expression ~ ')'), '[^a-z]+', ' ') }})
{%- endmacro %}

{#-
  What each settlement takes of a bill or credit: gross, tax and net parts that add up to the document
  exactly. Emits the CTEs running, covered, weighted, divided and parted over `relation`, which must be a
  CTE or model with one row per settlement and a last one for what is open:
    whole       ten-thousandths of the document's gross amount, along its own sign (not negative)
    measure     ten-thousandths of what was applied, along the same sign
    is_rest     whether the row is the open rest
    slice_rank  order of settlement, from 1, unique within the document
    direction   1, or -1 for a negative document
    tax_units   its tax in minor units; tax_total: its tax as an amount
  `parted` has every column of it and gross_amount, tax_amount.
-#}
{% macro settled_parts(relation, document_key) -%}
running as (
    select
        *,
        sum(measure) over (
            partition by {{ document_key | join(', ') }} order by slice_rank
            rows between unbounded preceding and current row
        ) as measured_to_date
    from {{ relation }}
),

-- a document is settled up to its gross amount; what was applied beyond it settles nothing
covered as (
    select
        *,
        case
            when is_rest then whole
            else max(least(greatest(measured_to_date, 0), whole)) over (
                partition by {{ document_key | join(', ') }} order by slice_rank
                rows between unbounded preceding and current row
            )
        end as covered_to_date
    from running
),

weighted as (
    select
        *,
        covered_to_date - coalesce(
            lag(covered_to_date) over (
                partition by {{ document_key | join(', ') }} order by slice_rank
            ), 0
        ) as covered_units
    from covered
),

divided as (
    {{ largest_remainder(
        relation='weighted', total='tax_units', weight='covered_units',
        partition_by=document_key, order_by=['slice_rank'], result='tax_share_units'
    ) }}
),

parted as (
    select
        *,
        cast({{ from_ten_thousandths('covered_units') }} * direction as decimal(28, 4))
            as gross_amount,
        {{ amount_of_share(
            'tax_share_units', 'tax_total', 'tax_units', 'slice_rank = 1', 'minor_unit'
        ) }} as tax_amount
    from divided
)
{%- endmacro %}
