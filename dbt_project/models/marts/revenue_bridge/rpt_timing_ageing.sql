-- one row per definition set, bridge line, reason, cell and record whose counterpart is to come
with open_atom as (
    select * from {{ ref('int_timing__atom') }}
    where is_open
),

bridge_line as (select * from {{ ref('bridge_line') }}),

deal as (select * from {{ ref('int_booking__classified') }}),

document as (select * from {{ ref('int_erp__document') }}),

order_line as (select * from {{ ref('int_erp__order_line') }}),

ledger_line as (select * from {{ ref('int_erp__ledger_line') }}),

obligation as (select * from {{ ref('int_revenue__obligation') }}),

summed as (
    select
        definition_id,
        leg,
        line_code,
        coalesce(line_detail, '') as reason,
        entity,
        currency,
        period,
        crm_system,
        opportunity_id,
        erp_system,
        document_type,
        document_id,
        document_line_id,
        -sum(amount) as amount
    from open_atom
    group by
        definition_id, leg, line_code, coalesce(line_detail, ''), entity, currency, period,
        crm_system, opportunity_id, erp_system, document_type, document_id, document_line_id
    having sum(amount) <> 0
),

dated as (
    select
        summed.*,
        bridge_line.line_name,
        coalesce(document.document_number, '') as document_number,
        coalesce(deal.booking_date, document.document_date, summed.period) as open_since,
        case
            when summed.leg = 2 then order_line.expected_ship_date
            when summed.leg = 3 then obligation.end_date
            when summed.leg = 4 and summed.document_type = 'invoice' then document.due_date
        end as expected_on,
        deal.sla_business_days - deal.age_business_days as business_days_left,
        cast({{ as_of() }} as date) as as_of_date
    from summed
    inner join bridge_line on summed.line_code = bridge_line.line_code
    left join deal
        on
            summed.leg = 1
            and summed.definition_id = deal.definition_id
            and summed.crm_system = deal.crm_system
            and summed.opportunity_id = deal.opportunity_id
    left join document
        on
            summed.erp_system = document.erp_system
            and summed.document_id = document.document_id
    left join order_line
        on
            summed.leg = 2
            and summed.erp_system = order_line.erp_system
            and summed.document_id = order_line.order_id
            and summed.document_line_id = order_line.order_line_id
    left join ledger_line
        on
            summed.leg = 3
            and summed.erp_system = ledger_line.erp_system
            and summed.document_id = ledger_line.document_id
            and summed.document_line_id = ledger_line.document_line_id
    left join obligation
        on
            ledger_line.erp_system = obligation.erp_system
            and ledger_line.revenue_element_id = obligation.obligation_id
),

aged as (
    select
        *,
        cast(
            {{ dbt.datediff('open_since', 'as_of_date', 'day') }}
            as integer
        ) as age_days
    from dated
),

final as (
    select
        definition_id,
        cast(leg as integer) as leg,
        line_code,
        line_name,
        reason,
        entity,
        currency,
        period,
        crm_system,
        opportunity_id,
        erp_system,
        document_type,
        document_id,
        document_number,
        document_line_id,
        cast(amount as decimal(28, 4)) as amount,
        open_since,
        age_days,
        case
            when age_days <= 30 then '0 to 30 days'
            when age_days <= 60 then '31 to 60 days'
            when age_days <= 90 then '61 to 90 days'
            when age_days <= 180 then '91 to 180 days'
            when age_days <= 365 then '181 to 365 days'
            else 'over 365 days'
        end as age_bucket,
        expected_on,
        cast(business_days_left as integer) as business_days_left,
        coalesce(expected_on < as_of_date, false) as is_overdue
    from aged
)

select * from final
