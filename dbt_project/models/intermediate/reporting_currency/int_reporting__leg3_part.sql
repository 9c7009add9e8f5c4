-- one row per definition set and part of a bill line, recognition or revenue posting in leg 3: what
-- the slices of obligations took, what postings say, and invoices where revenue waits for the cash
{{ config(materialized='view') }}
with bill_line as (select * from {{ ref('int_reporting__bill_line') }}),

definition_period as (select * from {{ ref('int_bridge__definition_period') }}),

event as (
    select
        revenue_event.*,
        {{ at_rate('revenue_event.units', 'revenue_event.rate', 'revenue_event.currency',
            'revenue_event.reporting_currency', 'revenue_event.granule') }} as value,
        'line:' || revenue_event.erp_system || ':' || revenue_event.document_id || ':'
        || revenue_event.document_line_id
        || {{ element_month('revenue_event.document_type', 'revenue_event.period') }}
        || case
            when revenue_event.event_type = 'reallocation' then ' ' || revenue_event.obligation_id
            else ''
        end as line_key,
    from {{ ref('int_reporting__revenue_event') }} as revenue_event
    inner join definition_period
        on
            revenue_event.definition_id = definition_period.definition_id
            and revenue_event.period = definition_period.period
            and definition_period.revenue_event = 'ledger'
),

billed as (
    select definition_id, line_key, sum(units) as units
    from event
    where event_type = 'billing'
    group by definition_id, line_key
),

-- Recognised or transferred out of slices, per posting, plan line that is not posted or bill line:
-- what is recognised at its original rates.
recognised as (
    select
        definition_id,
        reporting_currency,
        granule,
        line_key,
        erp_system,
        document_type,
        document_id,
        document_line_id,
        entity,
        currency,
        period,
        sum(units) as units,
        sum(value) as value,
        min(rate_date) as rate_date,
    from event
    where event_type <> 'billing'
    group by all
),

original_rate as (
    select
        definition_id,
        line_key,
        currency,
        {{ scale_whole('sum(value)', '1000000000000', 'sum(units)', 1) }} as rate,
        min(rate_date) as rate_date,
    from recognised
    group by definition_id, line_key, currency
    having sum(units) <> 0 and count(value) = count(*)
),

difference_rate as (select * from {{ ref('int_reporting__difference_rate') }}),

hop_line as (
    select line_key
    from difference_rate
    where is_hop
    group by line_key
),

ledger_line as (select * from {{ ref('int_reporting__ledger_line') }}),

-- what the ledger posted for variable consideration is held against it by month
variable_line as (
    select erp_system, document_id, document_line_id
    from {{ ref('int_revenue__variable_posting') }}
    group by erp_system, document_id, document_line_id
),

part as (
    select
        definition_id, reporting_currency, granule, group_key,
        case when event_type = 'billing' then 'left' else 'out' end as side,
        case when is_first then 1 else 3 end as pricing_rank,
        entity, currency, period, units, rate, rate_date,
        erp_system, document_type, document_id, document_line_id,
    from event
    union all
    select
        definition_id, reporting_currency, granule, line_key as group_key, 'in' as side,
        2 as pricing_rank,
        entity, currency, period, units,
        {{ scale_whole('value', '1000000000000', 'units', 1) }} as rate, rate_date,
        erp_system, document_type, document_id, document_line_id,
    from recognised
    where units <> 0
    union all
    select
        definition_id, reporting_currency, granule, line_key as group_key, 'rate' as side,
        5 as pricing_rank,
        entity, currency, period, 0 as units, rate, rate_date,
        erp_system, document_type, document_id, document_line_id,
    from difference_rate
    where rate is not null
    union all
    select
        bill_line.definition_id, bill_line.reporting_currency, bill_line.granule,
        'line:' || bill_line.erp_system || ':' || bill_line.document_id || ':'
        || bill_line.document_line_id as group_key,
        'left' as side, 3 as pricing_rank,
        bill_line.entity, bill_line.currency, bill_line.period,
        bill_line.units - coalesce(billed.units, 0) as units, bill_line.rate, bill_line.rate_date,
        bill_line.erp_system, bill_line.document_type, bill_line.document_id,
        bill_line.document_line_id,
    from bill_line
    left join billed
        on
            bill_line.definition_id = billed.definition_id
            and 'line:' || bill_line.erp_system || ':' || bill_line.document_id || ':'
            || bill_line.document_line_id = billed.line_key
            and bill_line.revenue_event = 'ledger'
    where
        bill_line.revenue_event <> 'invoice_paid'
        and bill_line.units <> coalesce(billed.units, 0)
    union all
    select
        definition_id, reporting_currency, granule,
        'line:' || erp_system || ':' || document_id || ':' || document_line_id as group_key,
        'right' as side, 4 as pricing_rank,
        entity, currency, period, units, rate, rate_date,
        erp_system, document_type, document_id, document_line_id,
    from bill_line
    where revenue_event = 'invoice_posted'
    union all
    select
        ledger_line.definition_id, ledger_line.reporting_currency, ledger_line.granule,
        ledger_line.line_key as group_key,
        'right' as side,
        case when hop_line.line_key is null then 1 else 6 end as pricing_rank,
        ledger_line.entity, ledger_line.currency, ledger_line.period,
        {{ ten_thousandths('ledger_line.amount') }} as units,
        coalesce(original_rate.rate, ledger_line.rate) as rate,
        coalesce(original_rate.rate_date, ledger_line.rate_date) as rate_date,
        ledger_line.erp_system, ledger_line.document_type, ledger_line.document_id,
        ledger_line.document_line_id,
    from ledger_line
    left join original_rate
        on
            ledger_line.definition_id = original_rate.definition_id
            and ledger_line.line_key = original_rate.line_key
            and ledger_line.currency = original_rate.currency
    left join hop_line on ledger_line.line_key = hop_line.line_key
),

final as (
    select
        part.* exclude (group_key),
        case
            when part.group_key like 'line:%' and variable_line.document_id is not null
                then {{ variable_group(
                    'part.erp_system', 'part.entity', 'part.currency', 'part.period'
                ) }}
            else part.group_key
        end as group_key,
        3 as leg,
        -- one recognition may come out of several slices and months, each at a rate of its own
        case
            when part.side in ('out', 'in', 'rate')
                then part.group_key || ' ' || cast(part.period as {{ dbt.type_string() }}) || ' '
            else ''
        end
        || part.erp_system || ':' || part.document_id || ':' || part.document_line_id
            as record_key,
        part.erp_system as rate_system,
        '' as crm_system,
        '' as opportunity_id,
    from part
    left join variable_line
        on
            part.side in ('left', 'right')
            and part.erp_system = variable_line.erp_system
            and part.document_id = variable_line.document_id
            and part.document_line_id = variable_line.document_line_id
    union all by name
    select {{ reporting_part_columns() | join(', ') }}
    from {{ ref('int_reporting__cash_part') }}
    where leg = 3
)

select {{ reporting_part_columns() | join(', ') }} from final
