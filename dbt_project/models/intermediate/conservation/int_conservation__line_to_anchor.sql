-- one row per anchor and currency: lines against the anchor under the primary definition set
with

primary_definition as (
    select
        setting.definition_id,
        min(setting.revenue_event) = 'ledger' and max(setting.revenue_event) = 'ledger'
            as is_ledger,
        max(case when setting.net_pending then 1 else 0 end) = 1 as nets_pending,
    from {{ source('definitions', 'definition_setting') }} as setting
    inner join {{ source('definitions', 'definition_set') }} as definition_set
        on setting.definition_id = definition_set.definition_id
    where definition_set.is_primary
    group by setting.definition_id
),

anchor as (
    select
        anchor.anchor,
        anchor.currency,
        sum(anchor.amount) as amount,
    from {{ ref('rpt_bridge_anchor') }} as anchor
    inner join primary_definition on anchor.definition_id = primary_definition.definition_id
    group by anchor.anchor, anchor.currency
),

counted_deal as (
    select
        classified.crm_system,
        classified.opportunity_id,
    from {{ ref('int_booking__classified') }} as classified
    inner join primary_definition on classified.definition_id = primary_definition.definition_id
    where classified.deal_code <> '1.00'
),

line_total as (
    select
        crm_system,
        opportunity_id,
        sum(amount) as amount,
    from {{ ref('int_crm__opportunity_line') }}
    where not is_deleted
    group by crm_system, opportunity_id
),

line as (
    select
        'bookings' as anchor,
        opportunity.crm_system as system,
        opportunity.currency,
        coalesce(line_total.amount, opportunity.amount, 0) as amount,
        counted_deal.opportunity_id is not null as is_in_anchor,
    from {{ ref('int_crm__opportunity') }} as opportunity
    left join counted_deal
        on
            opportunity.crm_system = counted_deal.crm_system
            and opportunity.opportunity_id = counted_deal.opportunity_id
    left join line_total
        on
            opportunity.crm_system = line_total.crm_system
            and opportunity.opportunity_id = line_total.opportunity_id
    union all
    select 'orders' as anchor, erp_system as system, currency, amount, is_released as is_in_anchor
    from {{ ref('int_erp__order_line') }}
    union all
    select
        'billings' as anchor,
        erp_system as system,
        currency,
        amount,
        is_posting and not is_voided as is_in_anchor,
    from {{ ref('int_erp__billing_line') }}
    union all
    select
        'revenue' as anchor,
        erp_system as system,
        currency,
        amount,
        is_posting and account_class = 'revenue' as is_in_anchor,
    from {{ ref('int_erp__ledger_line') }}
),

summed as (
    select
        anchor,
        system,
        currency,
        count(*) as rows_in,
        count(case when is_in_anchor then 1 end) as rows_out,
        count(case when not is_in_anchor then 1 end) as rows_excepted,
        sum(amount) as amount_in,
        coalesce(sum(case when not is_in_anchor then amount end), 0) as amount_excepted,
    from line
    group by anchor, system, currency
),

final as (
    select
        summed.system,
        summed.anchor as object,
        'amount' as measure,
        summed.currency,
        'intermediate' as from_stage,
        'anchor' as to_stage,
        summed.rows_in,
        summed.rows_out,
        summed.rows_excepted,
        summed.amount_in,
        coalesce(anchor.amount, 0) as amount_out,
        summed.amount_excepted,
    from summed
    left join anchor on summed.anchor = anchor.anchor and summed.currency = anchor.currency
    cross join primary_definition
    where
        (summed.anchor <> 'revenue' or primary_definition.is_ledger)
        and (summed.anchor <> 'billings' or not primary_definition.nets_pending)
)

select * from final
