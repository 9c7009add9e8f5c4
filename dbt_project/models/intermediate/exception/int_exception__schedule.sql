-- one row per record and currency in which our schedule, the revenue plan and the postings disagree
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
        atom.line_detail,
    from {{ ref('int_bridge__leg3_atom') }} as atom
    inner join primary_definition on atom.definition_id = primary_definition.definition_id
    where atom.line_code = '3.10'
),

monthly as (
    select
        erp_system,
        document_type,
        document_id,
        currency,
        period,
        min(line_detail) as first_cause,
        max(line_detail) as last_cause,
        sum(abs(amount)) as amount,
    from atom
    group by erp_system, document_type, document_id, currency, period
),

final as (
    select
        'schedule_gap' as exception_type,
        erp_system as system,
        document_type as object,
        document_id as source_key,
        cast(sum(amount) as decimal(28, 4)) as amount,
        currency,
        'Scheduled, planned and posted revenue differ ('
        || min(first_cause)
        || case when max(last_cause) <> min(first_cause) then ', ' || max(last_cause) else '' end
        || ') in '
        || {{ string_list("cast(period as " ~ dbt.type_string() ~ ")", 'period') }} as detail,
    from monthly
    group by erp_system, document_type, document_id, currency
)

select * from final
