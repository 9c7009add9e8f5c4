-- one row per object and currency: current raw rows and money against their staging rows
with

raw_total as (
    {{ union_systems(var('crm_systems') + var('erp_systems'), 'raw_total') }}
),

staged as (
    select source_system, 'opportunity' as object, coalesce(currency, '') as currency, amount
    from ({{ union_systems(var('crm_systems'), 'opportunity') }})
    union all
    select source_system, 'opportunity_line' as object, '' as currency, abs(amount) as amount
    from ({{ union_systems(var('crm_systems'), 'opportunity_line') }})
    union all
    select source_system, 'document' as object, coalesce(currency, '') as currency, total_amount
    from ({{ union_systems(var('erp_systems'), 'document') }})
    union all
    select source_system, 'document_line' as object, '' as currency, abs(amount) as amount
    from ({{ union_systems(var('erp_systems'), 'document_line') }})
    union all
    select source_system, 'ledger_line' as object, '' as currency, abs(base_amount) as amount
    from ({{ union_systems(var('erp_systems'), 'ledger_line') }})
),

staged_total as (
    select
        source_system,
        object,
        currency,
        count(*) as row_count,
        coalesce(sum(amount), 0) as amount,
    from staged
    group by source_system, object, currency
),

final as (
    select
        coalesce(raw_total.source_system, staged_total.source_system) as system,
        coalesce(raw_total.object, staged_total.object) as object,
        case
            when coalesce(raw_total.currency, staged_total.currency) <> '' then 'amount'
            else 'checksum of absolute amounts'
        end as measure,
        coalesce(raw_total.currency, staged_total.currency) as currency,
        'raw' as from_stage,
        'staging' as to_stage,
        coalesce(raw_total.row_count, 0) as rows_in,
        coalesce(staged_total.row_count, 0) as rows_out,
        0 as rows_excepted,
        coalesce(raw_total.amount, 0) as amount_in,
        coalesce(staged_total.amount, 0) as amount_out,
        0 as amount_excepted,
    from raw_total
    full outer join staged_total
        on
            raw_total.source_system = staged_total.source_system
            and raw_total.object = staged_total.object
            and raw_total.currency = staged_total.currency
)

select * from final
