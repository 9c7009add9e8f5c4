-- one row per definition set, deal or order line in leg 1, and its part that belongs together: a
-- deal with all that its orders took of order lines, or what no deal that counts took of one
{{ config(materialized='view') }}
with deal as (
    select
        classified.definition_id,
        classified.crm_system,
        classified.opportunity_id,
        classified.deal_code,
        classified.entity,
        classified.currency,
        classified.period,
        classified.booking_date,
        classified.amount,
        setting.reporting_currency,
        setting.granule,
        day_rate.rate,
    from {{ ref('int_booking__classified') }} as classified
    inner join {{ ref('int_reporting__setting') }} as setting
        on classified.definition_id = setting.definition_id
    left join {{ ref('int_reporting__day_rate') }} as day_rate
        on
            classified.crm_system = day_rate.source_system
            and classified.currency = day_rate.currency
            and setting.reporting_currency = day_rate.reporting_currency
            and classified.booking_date = day_rate.rate_date
    where classified.deal_code <> '1.00'
),

order_line as (
    select
        line.*,
        setting.definition_id,
        setting.reporting_currency,
        setting.granule,
        document_rate.rate,
    from {{ ref('int_erp__order_line') }} as line
    cross join {{ ref('int_reporting__setting') }} as setting
    left join {{ ref('int_reporting__document_rate') }} as document_rate
        on
            line.erp_system = document_rate.erp_system
            and line.order_id = document_rate.document_id
            and setting.reporting_currency = document_rate.reporting_currency
    where line.is_released
),

-- What the orders of a deal that counts took, where either currency is another one.
taken as (
    select
        deal.definition_id,
        slice.crm_system,
        slice.opportunity_id,
        slice.erp_system,
        slice.order_id,
        slice.order_line_id,
        sum(slice.ordered) as units,
    from {{ ref('int_bridge__leg1_slice') }} as slice
    inner join deal
        on
            slice.crm_system = deal.crm_system
            and slice.opportunity_id = deal.opportunity_id
            and deal.deal_code = ''
    where
        deal.currency <> deal.reporting_currency
        or slice.order_currency <> deal.reporting_currency
    group by all
),

deal_taken as (
    select definition_id, crm_system, opportunity_id
    from taken
    group by definition_id, crm_system, opportunity_id
),

line_taken as (
    select definition_id, erp_system, order_id, order_line_id, sum(units) as units
    from taken
    group by definition_id, erp_system, order_id, order_line_id
),

part as (
    select
        deal.*,
        'deal:' || deal.crm_system || ':' || deal.opportunity_id as group_key,
        'left' as side,
        deal.crm_system || ':' || deal.opportunity_id as record_key,
        {{ ten_thousandths('deal.amount') }} as units,
        deal.crm_system as rate_system,
        deal.booking_date as rate_date,
        '' as erp_system,
        '' as document_type,
        '' as document_id,
        '' as document_line_id,
    from deal
    left join deal_taken
        on
            deal.definition_id = deal_taken.definition_id
            and deal.crm_system = deal_taken.crm_system
            and deal.opportunity_id = deal_taken.opportunity_id
    where deal.currency <> deal.reporting_currency or deal_taken.opportunity_id is not null
    {%- for is_taken in [true, false] %}
    union all by name
    select
        order_line.definition_id,
        order_line.reporting_currency,
        order_line.granule,
        {{ "'deal:' || taken.crm_system || ':' || taken.opportunity_id" if is_taken else
            "'line:' || order_line.erp_system || ':' || order_line.order_id || ':'
            || order_line.order_line_id" }} as group_key,
        'right' as side,
        order_line.erp_system || ':' || order_line.order_id || ':' || order_line.order_line_id
            as record_key,
        order_line.entity,
        order_line.currency,
        order_line.period,
        {{ 'taken.units' if is_taken else
            ten_thousandths('order_line.amount') ~ ' - coalesce(taken.units, 0)' }} as units,
        order_line.rate,
        order_line.erp_system as rate_system,
        order_line.order_date as rate_date,
        {{ 'taken.crm_system' if is_taken else "''" }} as crm_system,
        {{ 'taken.opportunity_id' if is_taken else "''" }} as opportunity_id,
        order_line.erp_system,
        'sales_order' as document_type,
        order_line.order_id as document_id,
        order_line.order_line_id as document_line_id,
    from order_line
    {{ 'inner join taken' if is_taken else 'left join line_taken as taken' }}
        on
            order_line.definition_id = taken.definition_id
            and order_line.erp_system = taken.erp_system
            and order_line.order_id = taken.order_id
            and order_line.order_line_id = taken.order_line_id
    {%- if not is_taken %}
    where
        order_line.currency <> order_line.reporting_currency
        and {{ ten_thousandths('order_line.amount') }} <> coalesce(taken.units, 0)
    {%- endif %}
    {%- endfor %}
),

final as (
    select
        part.* exclude (deal_code, booking_date, amount),
        1 as leg,
        case when part.side = 'left' then 1 else 2 end as pricing_rank,
    from part
)

select {{ reporting_part_columns() | join(', ') }} from final
