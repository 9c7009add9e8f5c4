-- one row per definition set, anchor, record and cell of what the sets may treat differently
-- Posted bills, orders and cash are every set's alike: left out here, as a data test proves.
with classified as (select * from {{ ref('int_booking__classified') }}),

ledger_line as (
    select * from {{ ref('int_erp__ledger_line') }}
    where is_posting and account_class = 'revenue'
),

billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided
),

pending_credit as (select * from {{ ref('int_bridge__pending_credit') }}),

payment as (
    select * from {{ ref('int_revenue__cash_slice') }}
    where slice_type = 'payment'
),

definition_period as (select * from {{ ref('int_bridge__definition_period') }}),

-- bookings: what the CRM's report shows; counted_bookings: what the set counts of it
booking as (
    {%- for anchor, left_out in [('bookings', "= '1.00'"), ('counted_bookings', "<> ''")] %}
    select
        definition_id,
        '{{ anchor }}' as anchor,
        crm_system,
        opportunity_id,
        '' as erp_system,
        '' as document_type,
        '' as document_id,
        entity,
        currency,
        period,
        deal_code {{ left_out }} as is_left_out,
        amount,
        case
            when deal_code {{ left_out }} then deal_code || ' ' || deal_detail
            else cast(booking_date as {{ dbt.type_string() }})
        end as treatment
    from classified
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

billed as (
    {%- for anchor, revenue_event, document_id, period, amount, relation, condition in [
        ('revenue', 'ledger', 'document_id', 'period', 'amount', 'ledger_line', ''),
        ('revenue', 'invoice_posted', 'document_id', 'period', 'amount', 'billing_line', ''),
        ('revenue', 'invoice_posted', 'document_id', 'period', 'amount', 'pending_credit', ''),
        ('revenue', 'invoice_paid', 'invoice_id', 'settlement_period', 'net_amount', 'payment', ''),
        ('revenue', 'invoice_paid', 'document_id', 'period', 'amount', 'billing_line', 'cash_sale'),
        ('billings', '', 'document_id', 'period', 'amount', 'pending_credit', ''),
    ] %}
    select
        '{{ anchor }}' as anchor,
        '{{ revenue_event }}' as revenue_event,
        {{ (relation == 'pending_credit') | lower }} as is_pending,
        erp_system,
        {{ "'invoice'" if relation == 'payment' else 'document_type' }} as document_type,
        {{ document_id }} as document_id,
        entity,
        currency,
        {{ period }} as period,
        {{ amount }} as amount
    from {{ relation }}
    {%- if condition %}
    where document_type = '{{ condition }}'
    {%- endif %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

document as (
    select
        anchor,
        revenue_event,
        is_pending,
        erp_system,
        document_type,
        document_id,
        entity,
        currency,
        period,
        sum(amount) as amount
    from billed
    group by
        anchor, revenue_event, is_pending, erp_system, document_type, document_id, entity,
        currency, period
),

final as (
    select
        definition_id,
        anchor,
        crm_system,
        opportunity_id,
        erp_system,
        document_type,
        document_id,
        entity,
        currency,
        period,
        is_left_out,
        cast(case when is_left_out then 0 else amount end as decimal(28, 4)) as amount,
        treatment
    from booking
    union all
    select
        setting.definition_id,
        document.anchor,
        '' as crm_system,
        '' as opportunity_id,
        document.erp_system,
        document.document_type,
        document.document_id,
        document.entity,
        document.currency,
        document.period,
        false as is_left_out,
        cast(document.amount as decimal(28, 4)) as amount,
        case when document.is_pending then 'net_pending' else document.revenue_event end
            as treatment
    from document
    inner join definition_period as setting
        on
            document.period = setting.period
            and (document.anchor = 'billings' or document.revenue_event = setting.revenue_event)
    where not document.is_pending or setting.net_pending
)

select * from final
