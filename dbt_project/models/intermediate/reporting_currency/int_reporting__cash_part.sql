-- one row per definition set and part of a bill or of cash in leg 4, and in leg 3 where revenue
-- waits for the cash: a bill with all that settles it
with bill_line as (select * from {{ ref('int_reporting__bill_line') }}),

setting as (select * from {{ ref('int_reporting__setting') }}),

definition_period as (select * from {{ ref('int_bridge__definition_period') }}),

document as (select * from {{ ref('int_erp__document') }}),

document_rate as (select * from {{ ref('int_reporting__document_rate') }}),

day_rate as (select * from {{ ref('int_reporting__day_rate') }}),

cash as (
    select
        4 as leg,
        erp_system,
        invoice_id as bill_id,
        payment_type as document_type,
        payment_id as document_id,
        '' as document_line_id,
        entity,
        cash_currency as currency,
        period,
        cash_amount as amount,
    from {{ ref('int_erp__payment_application') }}
    where is_posting
    union all
    select
        3 as leg,
        erp_system,
        invoice_id as bill_id,
        settlement_type as document_type,
        settlement_id as document_id,
        '' as document_line_id,
        entity,
        currency,
        settlement_period as period,
        net_amount as amount,
    from {{ ref('int_revenue__cash_slice') }}
    where slice_type = 'payment'
    {%- for relation, leg in [
        ('int_erp__billing_line', 3), ('int_erp__billing_line', 4), ('int_erp__billing_tax', 4)
    ] %}
    union all
    select
        {{ leg }} as leg,
        erp_system,
        document_id as bill_id,
        document_type,
        document_id,
        document_line_id,
        entity,
        currency,
        period,
        amount,
    from {{ ref(relation) }}
    where is_posting and not is_voided and document_type = 'cash_sale'
    {%- endfor %}
),

-- A bill paid in the reporting currency, or billed in it and paid in another one, counts too.
foreign_cash as (
    select
        setting.definition_id,
        setting.reporting_currency,
        setting.granule,
        cash.*,
        coalesce(document_rate.rate, day_rate.rate) as rate,
        document.document_date as rate_date,
    from cash
    inner join definition_period on cash.period = definition_period.period
    inner join setting on definition_period.definition_id = setting.definition_id
    left join document
        on
            cash.erp_system = document.erp_system
            and cash.document_id = document.document_id
    left join document as bill
        on
            cash.erp_system = bill.erp_system
            and cash.bill_id = bill.document_id
    left join document_rate
        on
            cash.erp_system = document_rate.erp_system
            and cash.document_id = document_rate.document_id
            and cash.currency = document_rate.currency
            and setting.reporting_currency = document_rate.reporting_currency
    left join day_rate
        on
            cash.erp_system = day_rate.source_system
            and cash.currency = day_rate.currency
            and setting.reporting_currency = day_rate.reporting_currency
            and document.document_date = day_rate.rate_date
    where
        (cash.leg = 4 or definition_period.revenue_event = 'invoice_paid')
        and (
            cash.currency <> setting.reporting_currency
            or coalesce(bill.currency, cash.currency) <> setting.reporting_currency
        )
),

-- Billed in the reporting currency and paid in another one: the bill's currency prices the cash.
home_bill as (
    select
        foreign_cash.definition_id,
        foreign_cash.reporting_currency,
        foreign_cash.granule,
        foreign_cash.leg,
        billing_line.erp_system,
        billing_line.document_type,
        billing_line.document_id,
        billing_line.document_line_id,
        billing_line.entity,
        billing_line.currency,
        billing_line.period,
        {{ ten_thousandths('billing_line.amount') }} as units,
        billing_line.document_date as rate_date,
    from {{ ref('int_erp__billing_line') }} as billing_line
    inner join foreign_cash
        on
            billing_line.erp_system = foreign_cash.erp_system
            and billing_line.document_id = foreign_cash.bill_id
            and billing_line.currency = foreign_cash.reporting_currency
    where billing_line.is_posting and not billing_line.is_voided
    group by all
),

part as (
    {%- for leg, condition in [(4, 'true'), (3, "revenue_event = 'invoice_paid'")] %}
    select
        definition_id, reporting_currency, granule, {{ leg }} as leg,
        erp_system, document_id as bill_id, document_type, document_id, document_line_id,
        entity, currency, period, units, rate, rate_date,
        'left' as side,
    from bill_line
    where {{ condition }}
    union all
    {%- endfor %}
    select
        definition_id, reporting_currency, granule, leg,
        erp_system, document_id as bill_id, document_type, document_id, document_line_id,
        entity, currency, period, units, null as rate, rate_date,
        'left' as side,
    from home_bill
    union all
    select
        definition_id, reporting_currency, granule, leg,
        erp_system, bill_id, document_type, document_id, document_line_id,
        entity, currency, period, {{ ten_thousandths('amount') }} as units, rate, rate_date,
        'right' as side,
    from foreign_cash
),

final as (
    select
        part.*,
        'document:' || part.erp_system || ':' || part.bill_id as group_key,
        case when part.side = 'left' then 1 else 2 end as pricing_rank,
        part.erp_system || ':' || part.bill_id || ':' || part.document_id || ':'
        || part.document_line_id as record_key,
        part.erp_system as rate_system,
        '' as crm_system,
        '' as opportunity_id,
    from part
)

select {{ reporting_part_columns() | join(', ') }} from final
