-- one row per performance obligation, cell, month, cause and bridge line of a difference between
-- our schedule, the ERP's plan and the postings, under the primary definition set
with primary_definition as (
    select definition_id, policy_id from {{ source('definitions', 'definition_set') }}
    where is_primary
),

schedule_difference as (select * from {{ ref('int_revenue__schedule_difference') }}),

definition_period as (select * from {{ ref('int_bridge__definition_period') }}),

obligation as (select * from {{ ref('int_revenue__obligation') }}),

version as (
    select * from {{ ref('int_revenue__obligation_version') }}
    where version_number = 1
),

document as (select * from {{ ref('int_erp__document') }}),

coded as (
    select
        difference.*,
        case
            when difference.cause = 'other_entity' then '3.12'
            when difference.cause = 'other_currency' then '3.11'
            when difference.cause in ('unposted', 'wrong_period') then '3.10'
            when
                abs({{ to_minor('difference.amount', 'difference.minor_unit') }})
                <= setting.rounding_tolerance_minor_units
                then '3.13'
            else '3.10'
        end as line_code
    from schedule_difference as difference
    inner join primary_definition on difference.policy_id = primary_definition.policy_id
    inner join definition_period as setting
        on
            primary_definition.definition_id = setting.definition_id
            and difference.period = setting.period
),

final as (
    select
        coded.erp_system,
        coalesce(max(obligation.contract_id), max(version.contract_id), '') as contract_id,
        coded.obligation_id,
        max(obligation.erp_customer_id) as erp_customer_id,
        max(obligation.item_id) as item_id,
        coded.entity,
        coded.currency,
        coded.period,
        coded.cause,
        coded.line_code,
        cast(sum(coded.amount) as decimal(28, 4)) as amount,
        min(case when coded.counter_period <> coded.period then coded.counter_period end)
            as counter_period,
        max(coded.document_type) as document_type,
        max(coded.document_id) as document_id,
        max(document.document_number) as document_number,
        cast(count(*) as integer) as difference_count
    from coded
    left join obligation
        on
            coded.erp_system = obligation.erp_system
            and coded.obligation_id = obligation.obligation_id
    left join version
        on
            coded.policy_id = version.policy_id
            and coded.erp_system = version.erp_system
            and coded.obligation_id = version.obligation_id
    left join document
        on
            coded.erp_system = document.erp_system
            and coded.document_type = document.document_type
            and coded.document_id = document.document_id
    group by
        coded.erp_system, coded.obligation_id, coded.entity, coded.currency, coded.period,
        coded.cause, coded.line_code
)

select * from final
