-- one row per definition set and line of the billings anchor in another currency than the reporting
-- one: what it is worth at its document's rate
with billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided
),

pending_credit as (select * from {{ ref('int_bridge__pending_credit') }}),

setting as (select * from {{ ref('int_reporting__setting') }}),

definition_period as (select * from {{ ref('int_bridge__definition_period') }}),

document_rate as (select * from {{ ref('int_reporting__document_rate') }}),

line as (
    {%- for relation, is_pending in [('billing_line', 'false'), ('pending_credit', 'true')] %}
    select
        erp_system,
        document_type,
        document_id,
        document_line_id,
        entity,
        currency,
        period,
        amount,
        {{ is_pending }} as is_pending,
    from {{ relation }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

final as (
    select
        setting.definition_id,
        setting.reporting_currency,
        setting.granule,
        definition_period.revenue_event,
        line.*,
        {{ ten_thousandths('line.amount') }} as units,
        document_rate.rate,
        document_rate.rate_date,
        {{ at_rate(ten_thousandths('line.amount'), 'document_rate.rate', 'line.currency',
            'setting.reporting_currency', 'setting.granule') }} as value,
    from line
    inner join definition_period on line.period = definition_period.period
    inner join setting
        on
            definition_period.definition_id = setting.definition_id
            and line.currency <> setting.reporting_currency
    left join document_rate
        on
            line.erp_system = document_rate.erp_system
            and line.document_id = document_rate.document_id
            and setting.reporting_currency = document_rate.reporting_currency
    where not line.is_pending or definition_period.net_pending
)

select * from final
