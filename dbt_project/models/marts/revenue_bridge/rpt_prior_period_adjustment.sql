-- one row per late change to a line and record of a period that was published as closed
-- published(P) + sum(adjustments of P) = current(P): what was adjusted before stays
{%- set key = ['definition_id', 'entity', 'currency', 'period', 'leg', 'line_code', 'record'] %}
{%- set record -%}
    concat_ws(
        ' > ',
        nullif(concat_ws(':', crm_system, nullif(opportunity_id, ''),
            nullif(opportunity_line_id, '')), ''),
        nullif(concat_ws(':', erp_system, nullif(document_type, ''), nullif(document_id, ''),
            nullif(document_line_id, '')), '')
    )
{%- endset %}
with moved as (
    select
        definition_id, entity, currency, period, leg, line_code, {{ record }} as record, amount
    from {{ ref('fct_bridge_atom') }}
    union all
    select
        definition_id, entity, currency, period, leg, line_code, {{ record }} as record,
        -amount as amount
    from {{ ref('int_prior_period__published_atom') }}
),

{{ late_changes('int_prior_period__published_adjustment', key) }}

select * from final
