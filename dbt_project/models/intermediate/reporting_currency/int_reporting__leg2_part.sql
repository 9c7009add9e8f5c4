-- one row per definition set and order line or line of the billings anchor in leg 2: an order line
-- with the bill lines that refer to it, or a bill line that refers to none
{{ config(materialized='view') }}
with bill_line as (select * from {{ ref('int_reporting__bill_line') }}),

slice as (
    select
        erp_system,
        order_id,
        order_line_id,
        document_id,
        document_line_id,
    from {{ ref('int_bridge__billing_slice') }}
    where document_id <> ''
),

billing_line as (
    select
        slice.*,
        billing_line.entity,
        billing_line.currency,
        billing_line.period,
        billing_line.document_type,
        billing_line.amount,
    from slice
    inner join {{ ref('int_erp__billing_line') }} as billing_line
        on
            slice.erp_system = billing_line.erp_system
            and slice.document_id = billing_line.document_id
            and slice.document_line_id = billing_line.document_line_id
),

order_line as (
    select
        line.*,
        setting.definition_id,
        setting.reporting_currency,
        setting.granule,
        document_rate.rate,
        'line:' || line.erp_system || ':' || line.order_id || ':' || line.order_line_id
            as group_key,
    from {{ ref('int_erp__order_line') }} as line
    cross join {{ ref('int_reporting__setting') }} as setting
    left join {{ ref('int_reporting__document_rate') }} as document_rate
        on
            line.erp_system = document_rate.erp_system
            and line.order_id = document_rate.document_id
            and setting.reporting_currency = document_rate.reporting_currency
    where line.is_released
),

-- Bills in the reporting currency of orders in another one, and the other way round.
crossing as (
    select
        order_line.definition_id,
        order_line.reporting_currency,
        order_line.granule,
        order_line.group_key,
        order_line.currency as order_currency,
        billing_line.*,
    from order_line
    inner join billing_line
        on
            order_line.erp_system = billing_line.erp_system
            and order_line.order_id = billing_line.order_id
            and order_line.order_line_id = billing_line.order_line_id
            and order_line.currency <> billing_line.currency
),

crossed_group as (
    select definition_id, group_key
    from crossing
    group by definition_id, group_key
),

part as (
    select
        order_line.definition_id,
        order_line.reporting_currency,
        order_line.granule,
        order_line.group_key,
        'left' as side,
        order_line.entity,
        order_line.currency,
        order_line.period,
        {{ ten_thousandths('order_line.amount') }} as units,
        order_line.rate,
        order_line.order_date as rate_date,
        order_line.erp_system,
        'sales_order' as document_type,
        order_line.order_id as document_id,
        order_line.order_line_id as document_line_id,
    from order_line
    left join crossed_group
        on
            order_line.definition_id = crossed_group.definition_id
            and order_line.group_key = crossed_group.group_key
    where
        order_line.currency <> order_line.reporting_currency
        or crossed_group.group_key is not null
    union all
    select
        bill_line.definition_id,
        bill_line.reporting_currency,
        bill_line.granule,
        'line:' || bill_line.erp_system || ':' || coalesce(
            slice.order_id || ':' || slice.order_line_id,
            bill_line.document_id || ':' || bill_line.document_line_id
        ) as group_key,
        'right' as side,
        bill_line.entity,
        bill_line.currency,
        bill_line.period,
        bill_line.units,
        bill_line.rate,
        bill_line.rate_date,
        bill_line.erp_system,
        bill_line.document_type,
        bill_line.document_id,
        bill_line.document_line_id,
    from bill_line
    left join slice
        on
            bill_line.erp_system = slice.erp_system
            and bill_line.document_id = slice.document_id
            and bill_line.document_line_id = slice.document_line_id
    union all
    select
        definition_id,
        reporting_currency,
        granule,
        group_key,
        'right' as side,
        entity,
        currency,
        period,
        {{ ten_thousandths('amount') }} as units,
        null as rate,
        null as rate_date,
        erp_system,
        document_type,
        document_id,
        document_line_id,
    from crossing
    where currency = reporting_currency
),

final as (
    select
        part.*,
        2 as leg,
        case when part.side = 'left' then 1 else 2 end as pricing_rank,
        part.erp_system || ':' || part.document_id || ':' || part.document_line_id as record_key,
        part.erp_system as rate_system,
        '' as crm_system,
        '' as opportunity_id,
    from part
)

select {{ reporting_part_columns() | join(', ') }} from final
