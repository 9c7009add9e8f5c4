-- one row per object and currency: staging lines against intermediate lines and those set aside
with

opportunity_line as (
    {{ union_systems(var('crm_systems'), 'opportunity_line') }}
),

opportunity as (
    select
        crm_system,
        opportunity_id,
        currency,
    from {{ ref('int_crm__opportunity') }}
),

document as (
    select
        erp_system,
        document_id,
        document_type,
        currency,
    from {{ ref('int_erp__document') }}
),

document_line as (
    {{ union_systems(var('erp_systems'), 'document_line') }}
),

ledger_line as (
    {{ union_systems(var('erp_systems'), 'ledger_line') }}
),

side as (
    select 'in' as side
    union all
    select 'excepted' as side
),

flow as (
    select
        line.source_system as system,
        'opportunity_line' as object,
        coalesce(opportunity.currency, '') as currency,
        'in' as side,
        coalesce(line.amount, 0) as amount,
    from opportunity_line as line
    left join opportunity
        on
            line.source_system = opportunity.crm_system
            and line.opportunity_id = opportunity.opportunity_id
    union all
    select
        crm_system as system,
        'opportunity_line' as object,
        currency,
        'out' as side,
        case when is_amount_computed then 0 else amount end as amount,
    from {{ ref('int_crm__opportunity_line') }}
    where line_kind = 'line'
    union all
    select
        line.source_system as system,
        'opportunity_line' as object,
        '' as currency,
        'excepted' as side,
        coalesce(line.amount, 0) as amount,
    from opportunity_line as line
    left join opportunity
        on
            line.source_system = opportunity.crm_system
            and line.opportunity_id = opportunity.opportunity_id
    where opportunity.opportunity_id is null
    union all
    select
        line.source_system as system,
        'document_line' as object,
        coalesce(document.currency, '') as currency,
        side.side,
        coalesce(line.amount, 0) as amount,
    from document_line as line
    left join document
        on line.source_system = document.erp_system and line.document_id = document.document_id
    cross join side
    where
        side.side = 'in'
        or document.document_id is null
        or line.line_type in ('main', 'cost')
        or (document.document_type = 'sales_order' and line.line_type in ('tax', 'freight'))
        or document.document_type not in ('sales_order', 'invoice', 'credit_memo', 'cash_sale')
    union all
    select
        erp_system as system,
        'document_line' as object,
        currency,
        'out' as side,
        amount,
    from {{ ref('int_erp__order_line') }}
    union all
    select
        erp_system as system,
        'document_line' as object,
        currency,
        'out' as side,
        amount,
    from {{ ref('int_erp__billing_line') }}
    union all
    select
        erp_system as system,
        'document_line' as object,
        currency,
        'out' as side,
        amount,
    from {{ ref('int_erp__billing_tax') }}
    union all
    select
        source_system as system,
        'ledger_line' as object,
        '' as currency,
        'in' as side,
        base_amount,
    from ledger_line
    union all
    select
        source_system as system, 'ledger_line' as object, '' as currency, 'excepted' as side,
        base_amount,
    from ledger_line
    where accounting_book <> '{{ var("primary_accounting_book") }}'
    union all
    select
        erp_system as system,
        'ledger_line' as object,
        '' as currency,
        'out' as side,
        base_amount,
    from {{ ref('int_erp__ledger_line') }}
),

final as (
    select
        system,
        object,
        case
            when object = 'ledger_line' then 'checksum of absolute base amounts'
            else 'absolute amount'
        end as measure,
        currency,
        'staging' as from_stage,
        'intermediate' as to_stage,
        count(case when side = 'in' then 1 end) as rows_in,
        count(case when side = 'out' then 1 end) as rows_out,
        count(case when side = 'excepted' then 1 end) as rows_excepted,
        coalesce(sum(case when side = 'in' then abs(amount) end), 0) as amount_in,
        coalesce(sum(case when side = 'out' then abs(amount) end), 0) as amount_out,
        coalesce(sum(case when side = 'excepted' then abs(amount) end), 0) as amount_excepted,
    from flow
    group by system, object, currency
)

select * from final
