-- one row per atom that names no record, or one that no landed row holds: a number without a source
{%- set book = '/' ~ var('primary_accounting_book') %}
with

-- a line that only the ledger has is an exception of its own, and traced by its ledger row
source_record as (
    select
        system,
        object,
        source_key,
    from {{ ref('map_source_record') }}
    union
    select
        system,
        'document_line' as object,
        left(source_key, length(source_key) - {{ book | length }}) as source_key,
    from {{ ref('map_source_record') }}
    where object = 'ledger_line'
),

atom as (
    select
        atom_key,
        crm_system,
        nullif(opportunity_id, '') as opportunity_id,
        erp_system,
        nullif(document_id, '') as document_id,
        nullif(document_id, '') || '/' || nullif(document_line_id, '') as line_key,
        case
            when document_type in ('revenue_plan', 'revenue_element') then document_type
            else 'document'
        end as document,
    from {{ ref('fct_bridge_atom') }}
),

named as (
    select
        atom_key,
        crm_system as system,
        'opportunity' as object,
        opportunity_id as source_key,
    from atom
    union all
    select
        atom_key,
        erp_system as system,
        document as object,
        document_id as source_key,
    from atom
    union all
    select
        atom_key,
        erp_system as system,
        document || '_line' as object,
        line_key as source_key,
    from atom
),

per_atom as (
    select
        named.atom_key,
        count(named.source_key) as records,
        count(source_record.source_key) as source_records,
    from named
    left join source_record
        on
            named.system = source_record.system
            and named.object = source_record.object
            and named.source_key = source_record.source_key
    group by named.atom_key
)

select * from per_atom
where records = 0 or records <> source_records
