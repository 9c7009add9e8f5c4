-- one row per erp_system and document_id
with

document as (
    {{ union_systems(var('erp_systems'), 'document') }}
),

period as (
    select
        erp_system,
        accounting_period_id,
        period,
    from {{ ref('int_erp__period') }}
),

currency as (
    select
        currency,
        minor_unit,
    from {{ ref('int_reference__currency') }}
),

final as (
    select
        document.source_system as erp_system,
        document.* exclude (source_system, currency),
        coalesce(document.currency, 'XXX') as currency,  -- ISO 4217: no currency
        coalesce(currency.minor_unit, 2) as minor_unit,
        case
            when document.document_type = 'sales_order'
                then {{ month_start('document.document_date') }}
            else coalesce(period.period, {{ month_start('document.document_date') }})
        end as period,
        period.period is not null as has_posting_period,
        document.status = 'cancelled' as is_cancelled,
        document.document_type = 'sales_order' and not document.is_voided as is_released,
    from document
    left join period
        on
            document.source_system = period.erp_system
            and document.accounting_period_id = period.accounting_period_id
    left join currency on document.currency = currency.currency
)

select * from final
