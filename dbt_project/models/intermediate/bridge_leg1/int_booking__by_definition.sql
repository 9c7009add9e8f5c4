-- one row per definition set and won opportunity: booking date, and why the set rejects it
with deal as (
    select
        crm_system,
        opportunity_id,
        opportunity_name,
        account_id,
        account_name,
        customer_key,
        entity,
        currency,
        minor_unit,
        amount,
        close_date,
        created_at,
        stage_name,
        deal_type,
        record_type,
        lead_source,
        is_test,
        purchase_order_date,
        is_account_mapped,
        is_ordered,
        has_cancelled_order,
        has_pending_order,
    from {{ ref('int_booking__deal') }}
),

setting as (select * from {{ ref('int_booking__setting') }}),

dated as (
    select
        setting.definition_id,
        deal.*,
        setting.sla_business_days,
        setting.rounding_tolerance_minor_units,
        setting.duplicate_window_days,
        case setting.booking_date_basis
            when 'purchase_order_date' then coalesce(deal.purchase_order_date, deal.close_date)
            else deal.close_date
        end as booking_date,
        setting.booking_date_basis = 'purchase_order_date'
        and deal.purchase_order_date is null as is_basis_date_missing,
        coalesce(deal.purchase_order_date <= cast({{ as_of() }} as date), false)
            as is_purchase_order_received,
    from deal
    inner join setting
        on deal.close_date >= setting.starts_on and deal.close_date < setting.ends_before
),

booking_day as (
    select definition_id, crm_system, stage_name, booking_date
    from dated
    group by definition_id, crm_system, stage_name, booking_date
),

required_evidence as (
    select
        booking_day.definition_id,
        booking_day.booking_date,
        bool_or(evidence.evidence = 'stage') as is_stage_required,
        bool_or(evidence.evidence = 'purchase_order_received') as is_purchase_order_required,
    from booking_day
    inner join {{ source('definitions', 'closed_won_evidence') }} as evidence
        on
            booking_day.definition_id = evidence.definition_id
            and booking_day.booking_date >= evidence.valid_from
            and booking_day.booking_date < evidence.valid_to
    group by booking_day.definition_id, booking_day.booking_date
),

won_stage as (
    select
        booking_day.definition_id,
        booking_day.crm_system,
        booking_day.stage_name,
        booking_day.booking_date,
    from booking_day
    inner join {{ source('definitions', 'closed_won_stage') }} as stage
        on
            booking_day.definition_id = stage.definition_id
            and booking_day.crm_system = stage.crm_system
            and lower(booking_day.stage_name) = lower(stage.stage_name)
            and booking_day.booking_date >= stage.valid_from
            and booking_day.booking_date < stage.valid_to
    group by
        booking_day.definition_id,
        booking_day.crm_system,
        booking_day.stage_name,
        booking_day.booking_date
),

-- The first exclusion that holds: the report's own filter (1.00) before the company's rules (1.03).
excluded as (
    select
        dated.definition_id,
        dated.crm_system,
        dated.opportunity_id,
        min(exclusion.line_code || '|' || exclusion.exclusion_code) as first_exclusion,
    from dated
    inner join {{ source('definitions', 'exclusion') }} as exclusion
        on
            dated.definition_id = exclusion.definition_id
            and dated.booking_date >= exclusion.valid_from
            and dated.booking_date < exclusion.valid_to
            and {{ rule_matches(
                "case exclusion.field
                    when 'stage_name' then dated.stage_name
                    when 'deal_type' then dated.deal_type
                    when 'opportunity_name' then dated.opportunity_name
                    when 'is_test' then cast(dated.is_test as " ~ dbt.type_string() ~ ")
                    when 'record_type' then dated.record_type
                    when 'account_name' then dated.account_name
                    when 'lead_source' then dated.lead_source
                end", 'exclusion.operator', 'exclusion.value') }}
    group by dated.definition_id, dated.crm_system, dated.opportunity_id
),

judged as (
    select
        dated.*,
        case
            when excluded.first_exclusion like '1.00|%' then excluded.first_exclusion
            when dated.is_basis_date_missing then '1.01|booking_date_missing'
            when required_evidence.is_stage_required and won_stage.stage_name is null
                then '1.01|stage_not_won'
            when
                required_evidence.is_purchase_order_required
                and not dated.is_purchase_order_received
                then '1.01|purchase_order_not_received'
            when excluded.first_exclusion like '1.03|%' then excluded.first_exclusion
            else ''
        end as first_match,
    from dated
    left join required_evidence
        on
            dated.definition_id = required_evidence.definition_id
            and dated.booking_date = required_evidence.booking_date
    left join won_stage
        on
            dated.definition_id = won_stage.definition_id
            and dated.crm_system = won_stage.crm_system
            and dated.stage_name = won_stage.stage_name
            and dated.booking_date = won_stage.booking_date
    left join excluded
        on
            dated.definition_id = excluded.definition_id
            and dated.crm_system = excluded.crm_system
            and dated.opportunity_id = excluded.opportunity_id
),

final as (
    select
        judged.definition_id,
        judged.crm_system,
        judged.opportunity_id,
        judged.opportunity_name,
        judged.account_id,
        judged.customer_key,
        judged.entity,
        judged.currency,
        judged.minor_unit,
        judged.amount,
        judged.booking_date,
        judged.created_at,
        judged.is_account_mapped,
        judged.is_ordered,
        judged.has_cancelled_order,
        judged.has_pending_order,
        judged.sla_business_days,
        judged.rounding_tolerance_minor_units,
        judged.duplicate_window_days,
        {{ month_start('judged.booking_date') }} as period,
        substr(judged.first_match, 1, 4) as rejected_code,
        substr(judged.first_match, 6) as rejected_detail,
    from judged
)

select * from final
