-- one row per system, object and source record that an atom of the bridge or an exception names
{{ config(materialized='view') }}

with

atom as (
    select
        crm_system,
        account_id,
        opportunity_id,
        opportunity_line_id,
        erp_system,
        nullif(document_id, '') as document_id,
        nullif(document_id, '') || '/' || nullif(document_line_id, '') as line_key,
        document_type in ('revenue_plan', 'revenue_element') as is_plan,
        case
            when document_type in ('revenue_plan', 'revenue_element') then document_type
            else 'document'
        end as document,
        leg,
    from {{ ref('fct_bridge_atom') }}
),

exception as (
    select * from {{ ref('exception') }}
),

-- union leaves every record once
final as (
    select
        crm_system as system,
        'opportunity' as object,
        opportunity_id as source_key,
    from atom
    union
    select
        crm_system as system,
        'opportunity_line' as object,
        opportunity_line_id as source_key,
    from atom
    union
    select
        crm_system as system,
        'account' as object,
        account_id as source_key,
    from atom
    union
    select
        erp_system as system,
        document as object,
        document_id as source_key,
    from atom
    union
    select
        erp_system as system,
        document || '_line' as object,
        line_key as source_key,
    from atom
    -- revenue is what the ledger says of the line
    union
    select
        erp_system as system,
        'ledger_line' as object,
        line_key || '/{{ var("primary_accounting_book") }}' as source_key,
    from atom
    where leg = 3 and not is_plan
    union
    select
        system,
        object,
        source_key,
    from exception
    -- some exceptions name a document by its type
    union
    select
        system,
        'document' as object,
        source_key,
    from exception
)

select * from final
where system <> '' and source_key <> ''
