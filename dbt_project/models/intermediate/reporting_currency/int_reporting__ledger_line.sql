-- one row per definition set and revenue line of the ledger in another currency than the reporting
-- one: at its document's rate
{{ config(materialized='view') }}
with ledger_line as (
    select
        *,
        'line:' || erp_system || ':' || document_id || ':' || document_line_id as line_key,
    from {{ ref('int_erp__ledger_line') }}
    where is_posting and account_class = 'revenue'
),

definition_period as (
    select * from {{ ref('int_bridge__definition_period') }}
    where revenue_event = 'ledger'
),

setting as (select * from {{ ref('int_reporting__setting') }}),

document_rate as (select * from {{ ref('int_reporting__document_rate') }}),

final as (
    select
        setting.definition_id,
        setting.reporting_currency,
        setting.granule,
        ledger_line.*,
        document_rate.rate,
        document_rate.rate_date,
    from ledger_line
    inner join definition_period on ledger_line.period = definition_period.period
    inner join setting
        on
            definition_period.definition_id = setting.definition_id
            and ledger_line.currency <> setting.reporting_currency
    left join document_rate
        on
            ledger_line.erp_system = document_rate.erp_system
            and ledger_line.document_id = document_rate.document_id
            and setting.reporting_currency = document_rate.reporting_currency
)

select * from final
