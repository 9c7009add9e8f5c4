-- one row per ERP document and reporting currency: the document's own rate to its entity's currency
-- and from there the day's; else the day's rate alone; null where neither is stated
with document as (
    select * from {{ ref('int_erp__document') }}
    where document_type <> 'fulfilment'
),

day_rate as (select * from {{ ref('int_reporting__day_rate') }}),

setting as (
    select reporting_currency from {{ ref('int_reporting__setting') }}
    group by reporting_currency
),

entity as (select * from {{ ref('int_reference__entity') }}),

document_line as (
    {{ union_systems(var('erp_systems'), 'document_line') }}
),

-- Journals have no main line; all lines of theirs are of one entity.
base as (
    select
        line.source_system as erp_system,
        line.document_id,
        coalesce(
            min(case when line.line_type = 'main' then entity.currency end), min(entity.currency)
        ) as currency,
    from document_line as line
    inner join entity
        on line.source_system = entity.erp_system and line.entity_id = entity.entity_id
    group by line.source_system, line.document_id
),

stated as (
    select
        document.erp_system,
        document.document_id,
        document.document_date as rate_date,
        document.currency,
        setting.reporting_currency,
        base.currency as base_currency,
        case
            when document.currency = base.currency then {{ rate_units('1') }}
            when document.exchange_rate > 0 then {{ rate_units('document.exchange_rate') }}
        end as rate_to_base,
        case
            when base.currency = setting.reporting_currency then {{ rate_units('1') }}
            else base_day.rate
        end as base_rate,
        own_day.rate as day_rate,
    from document
    cross join setting
    left join base
        on
            document.erp_system = base.erp_system
            and document.document_id = base.document_id
    left join day_rate as base_day
        on
            document.erp_system = base_day.source_system
            and base.currency = base_day.currency
            and setting.reporting_currency = base_day.reporting_currency
            and document.document_date = base_day.rate_date
    left join day_rate as own_day
        on
            document.erp_system = own_day.source_system
            and document.currency = own_day.currency
            and setting.reporting_currency = own_day.reporting_currency
            and document.document_date = own_day.rate_date
    where document.currency <> setting.reporting_currency
),

final as (
    select
        erp_system,
        document_id,
        reporting_currency,
        currency,
        rate_date,
        coalesce({{ chained_rate('rate_to_base', 'base_rate') }}, day_rate) as rate,
    from stated
)

select * from final
