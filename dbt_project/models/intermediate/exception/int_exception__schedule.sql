-- one row per document and currency whose revenue plan and postings disagree
with

primary_definition as (
    select definition_id from {{ source('definitions', 'definition_set') }}
    where is_primary
),

atom as (
    select
        atom.erp_system,
        atom.document_type,
        atom.document_id,
        atom.currency,
        atom.period,
        atom.amount,
    from {{ ref('int_bridge__leg3_atom') }} as atom
    inner join primary_definition on atom.definition_id = primary_definition.definition_id
    where atom.line_code = '3.10'
),

final as (
    select
        'schedule_gap' as exception_type,
        erp_system as system,
        document_type as object,
        document_id as source_key,
        cast(sum(abs(amount)) as decimal(28, 4)) as amount,
        currency,
        'Planned and posted revenue differ in '
        || {{ string_list("cast(period as " ~ dbt.type_string() ~ ")", 'period') }} as detail,
    from atom
    group by erp_system, document_type, document_id, currency
)

select * from final
