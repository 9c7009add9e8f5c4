-- one row per definition set, document line (or month of variable consideration) and cell in which
-- schedule, plan and posting differ in another currency: its own rate, as the line may have no
-- other part that tells one
{{ config(materialized='view') }}
with setting as (select * from {{ ref('int_reporting__setting') }}),

definition as (select * from {{ source('definitions', 'definition_set') }}),

document_rate as (select * from {{ ref('int_reporting__document_rate') }}),

day_rate as (select * from {{ ref('int_reporting__day_rate') }}),

-- what is posted in another currency is worth there what it was in its own
difference as (
    select
        policy_id,
        erp_system,
        document_type,
        document_id,
        document_line_id,
        entity,
        currency,
        period,
        cause,
        'line:' || erp_system || ':' || document_id || ':' || document_line_id
        || {{ element_month('document_type', 'period') }} as line_key,
    from {{ ref('int_revenue__schedule_difference') }}
    where cause <> 'other_currency' or side = 'left'
    union all
    -- what is expected to be given back is held against the ledger by month
    select
        null as policy_id,
        erp_system,
        document_type,
        document_id,
        document_line_id,
        entity,
        currency,
        period,
        step as cause,
        {{ variable_group('erp_system', 'entity', 'currency', 'period') }} as line_key,
    from {{ ref('int_bridge__variable_step') }}
),

definition_period as (
    select * from {{ ref('int_bridge__definition_period') }}
    where revenue_event = 'ledger'
),

final as (
    select
        definition.definition_id,
        setting.reporting_currency,
        setting.granule,
        difference.line_key,
        difference.erp_system,
        difference.document_type,
        difference.document_id,
        difference.document_line_id,
        difference.entity,
        difference.currency,
        difference.period,
        bool_or(difference.cause = 'other_currency') as is_hop,
        max(coalesce(document_rate.rate, day_rate.rate)) as rate,
        max(coalesce(document_rate.rate_date, difference.period)) as rate_date,
    from difference
    inner join definition
        on coalesce(difference.policy_id, definition.policy_id) = definition.policy_id
    inner join definition_period
        on
            definition.definition_id = definition_period.definition_id
            and difference.period = definition_period.period
    inner join setting
        on
            definition.definition_id = setting.definition_id
            and difference.currency <> setting.reporting_currency
    left join document_rate
        on
            difference.erp_system = document_rate.erp_system
            and difference.document_id = document_rate.document_id
            and difference.document_type not in ('revenue_plan', 'revenue_element')
            and difference.cause not like 'variable%'
            and difference.currency = document_rate.currency
            and setting.reporting_currency = document_rate.reporting_currency
    left join day_rate
        on
            difference.erp_system = day_rate.source_system
            and difference.currency = day_rate.currency
            and setting.reporting_currency = day_rate.reporting_currency
            and difference.period = day_rate.rate_date
    group by all
)

select * from final
