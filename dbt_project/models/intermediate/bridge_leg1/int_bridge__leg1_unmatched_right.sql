-- one row per definition set and released order line, or part, that no counting deal answers
{{ config(materialized='view') }}
with unsliced as (select * from {{ ref('int_bridge__leg1_order_remainder') }}),

slice as (select * from {{ ref('int_bridge__leg1_slice') }}),

deal as (select * from {{ ref('int_booking__classified') }}),

channel as (select * from {{ ref('int_bridge__order_channel') }}),

withdrawn as (select * from {{ ref('int_booking__withdrawn_order') }}),

definition_set as (select definition_id from {{ source('definitions', 'definition_set') }}),

left_over as (
    select
        definition_set.definition_id,
        unsliced.erp_system,
        unsliced.order_id,
        unsliced.order_line_id,
        unsliced.entity,
        unsliced.currency,
        unsliced.period,
        unsliced.remainder as amount,
        unsliced.crm_system,
        unsliced.opportunity_id,
        '' as opportunity_line_id,
        '' as allocation_key,
        unsliced.evidence_grade,
        case
            when unsliced.opportunity_id is null
                then '1.20|' || coalesce(channel.channel, 'unknown')
            when deal.deal_code is null or deal.deal_code <> '' then '1.20'
            when
                unsliced.sliced_amount <> 0
                and abs({{ ten_thousandths('unsliced.remainder') }})
                <= deal.rounding_tolerance_minor_units
                * {{ minor_unit_granule('unsliced.minor_unit') }}
                then '1.19|rounding_tolerance'
            when
                unsliced.sliced_amount = 0
                and cast(unsliced.modified_at as date) > unsliced.order_date
                and cast(unsliced.modified_at as date) > deal.booking_date
                then '1.21|line_added_after_booking'
            when unsliced.is_other_item then '1.14|item_not_in_deal'
            else '1.99|order_line_not_sold'
        end as first_match,
        deal.deal_code,
        deal.account_id,
    from unsliced
    cross join definition_set
    left join deal
        on
            definition_set.definition_id = deal.definition_id
            and unsliced.crm_system = deal.crm_system
            and unsliced.opportunity_id = deal.opportunity_id
    left join channel
        on
            definition_set.definition_id = channel.definition_id
            and unsliced.erp_system = channel.erp_system
            and unsliced.order_id = channel.order_id
            and unsliced.order_line_id = channel.order_line_id
),

-- Slices whose deal does not count under the set: the order stands alone, and says why.
deal_not_counted as (
    select
        definition_set.definition_id,
        slice.erp_system,
        slice.order_id,
        slice.order_line_id,
        slice.order_entity as entity,
        slice.order_currency as currency,
        slice.order_period as period,
        {{ from_ten_thousandths('slice.ordered') }} as amount,
        slice.crm_system,
        slice.opportunity_id,
        slice.opportunity_line_id,
        slice.allocation_key,
        slice.evidence_grade,
        '1.20' as first_match,
        deal.deal_code,
        deal.account_id,
    from slice
    cross join definition_set
    left join deal
        on
            definition_set.definition_id = deal.definition_id
            and slice.crm_system = deal.crm_system
            and slice.opportunity_id = deal.opportunity_id
    where coalesce(deal.deal_code, 'none') <> '' and slice.ordered <> 0
),

joined as (
    select * from left_over
    union all
    select * from deal_not_counted
),

-- An order outlives its deal: lost, reopened or deleted in the CRM after the order was made.
outlived as (
    select
        joined.* exclude (first_match, crm_system, opportunity_id),
        coalesce(joined.crm_system, withdrawn.crm_system) as crm_system,
        coalesce(joined.opportunity_id, withdrawn.opportunity_id) as opportunity_id,
        coalesce('1.04|' || withdrawn.withdrawal, joined.first_match) as first_match,
    from joined
    left join withdrawn
        on
            joined.deal_code is null
            and joined.erp_system = withdrawn.erp_system
            and joined.order_id = withdrawn.order_id
),

judged as (
    select
        *,
        case
            when first_match <> '1.20' then substr(first_match, 6)
            when deal_code = '1.00' then 'deal_report_filter'
            when deal_code = '1.01' then 'deal_not_met'
            when deal_code = '1.02' then 'deal_duplicate'
            when deal_code = '1.03' then 'deal_excluded'
            else 'deal_not_won'
        end as line_detail,
    from outlived
),

final as (
    select
        definition_id,
        1 as leg,
        substr(first_match, 1, 4) as line_code,
        line_detail,
        'unmatched_right' as step,
        entity,
        currency,
        period,
        {{ money('amount') }} as amount,
        case
            when first_match like '1.99|%' then 'E'
            when opportunity_id is null or coalesce(evidence_grade, 'A') <= 'B' then 'B'
            else evidence_grade
        end as evidence_grade,
        line_detail as rule,
        coalesce(crm_system, '') as crm_system,
        coalesce(account_id, '') as account_id,
        coalesce(opportunity_id, '') as opportunity_id,
        opportunity_line_id,
        erp_system,
        'sales_order' as document_type,
        order_id as document_id,
        order_line_id as document_line_id,
        allocation_key,
    from judged
)

select * from final
