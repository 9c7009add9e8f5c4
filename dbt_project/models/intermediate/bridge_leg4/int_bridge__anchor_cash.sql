-- one row per definition set, entity, currency and accounting month: anchor A4, cash applied to
-- invoices and cash sales, gross of tax
with measured as (
    select
        entity,
        cash_currency as currency,
        period,
        cash_amount as amount
    from {{ ref('int_erp__payment_application') }}
    where is_posting
    union all
    select
        entity,
        currency,
        period,
        amount
    from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided and document_type = 'cash_sale'
    union all
    select
        entity,
        currency,
        period,
        amount
    from {{ ref('int_erp__billing_tax') }}
    where is_posting and not is_voided and document_type = 'cash_sale'
),

definition_period as (select * from {{ ref('int_bridge__definition_period') }}),

summed as (
    select
        entity,
        currency,
        period,
        sum(amount) as amount
    from measured
    group by entity, currency, period
),

final as (
    select
        setting.definition_id,
        summed.entity,
        summed.currency,
        summed.period,
        cast(summed.amount as decimal(28, 4)) as amount
    from summed
    inner join definition_period as setting
        on summed.period = setting.period
)

select * from final
