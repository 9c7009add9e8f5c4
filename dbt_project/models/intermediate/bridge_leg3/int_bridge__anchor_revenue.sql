-- one row per definition set, entity, currency and accounting month: anchor A3, revenue by the
-- definition's revenue event of the month: posted to revenue accounts, billed, or paid
with ledger_line as (
    select * from {{ ref('int_erp__ledger_line') }}
    where is_posting and account_class = 'revenue'
),

billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided
),

pending_credit as (select * from {{ ref('int_bridge__pending_credit') }}),

cash_slice as (
    select * from {{ ref('int_revenue__cash_slice') }}
    where slice_type = 'payment'
),

definition_period as (select * from {{ ref('int_bridge__definition_period') }}),

measured as (
    select
        'ledger' as revenue_event,
        false as is_pending,
        entity,
        currency,
        period,
        sum(amount) as amount
    from ledger_line
    group by entity, currency, period
    union all
    select
        'invoice_posted' as revenue_event,
        false as is_pending,
        entity,
        currency,
        period,
        sum(amount) as amount
    from billing_line
    group by entity, currency, period
    union all
    select
        'invoice_posted' as revenue_event,
        true as is_pending,
        entity,
        currency,
        period,
        sum(amount) as amount
    from pending_credit
    group by entity, currency, period
    union all
    select
        'invoice_paid' as revenue_event,
        false as is_pending,
        entity,
        currency,
        settlement_period as period,
        sum(net_amount) as amount
    from cash_slice
    group by entity, currency, settlement_period
    union all
    select
        'invoice_paid' as revenue_event,
        false as is_pending,
        entity,
        currency,
        period,
        sum(amount) as amount
    from billing_line
    where document_type = 'cash_sale'
    group by entity, currency, period
),

final as (
    select
        setting.definition_id,
        measured.entity,
        measured.currency,
        measured.period,
        cast(sum(measured.amount) as decimal(28, 4)) as amount
    from measured
    inner join definition_period as setting
        on
            measured.period = setting.period
            and measured.revenue_event = setting.revenue_event
    where not measured.is_pending or setting.net_pending
    group by setting.definition_id, measured.entity, measured.currency, measured.period
)

select * from final
