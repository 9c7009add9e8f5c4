-- one row per definition set and opportunity line, or part of one, that no order line answers
{{ config(materialized='view') }}
with line as (
    select * from {{ ref('int_crm__opportunity_line') }}
    where not is_deleted
),

deal as (
    select * from {{ ref('int_booking__classified') }}
    where deal_code <> '1.00'
),

sliced as (
    select
        crm_system,
        opportunity_id,
        opportunity_line_id,
        {{ from_ten_thousandths('sum(booked)') }} as amount,
    from {{ ref('int_bridge__leg1_slice') }}
    group by crm_system, opportunity_id, opportunity_line_id
),

tax_and_discount as (
    select
        crm_system,
        opportunity_id,
        coalesce(tax_amount, 0) + coalesce(freight_amount, 0) as tax_and_freight,
        {{ hundred_millionths('coalesce(discount_percent, 0)') }} as discount_percent,
    from {{ ref('int_crm__opportunity') }}
    where coalesce(tax_amount, freight_amount, discount_percent) is not null
),

-- An edit of the deal's amount that its lines have not followed.
edit as (
    select * from {{ ref('int_booking__amount_edit') }}
    where is_in_header
),

period_lock as (select * from {{ ref('int_booking__period_lock') }}),

-- A deal that does not count leaves whole; of one that counts only what no slice has taken.
remaining as (
    select
        deal.*,
        line.opportunity_line_id,
        line.line_kind,
        coalesce(sliced.amount, 0) as sliced_amount,
        case
            when deal.deal_code = '' then line.amount - coalesce(sliced.amount, 0) else line.amount
        end as remainder,
        {{ minor_unit_granule('deal.minor_unit') }} as granule,
        coalesce(tax_and_discount.tax_and_freight, 0) as tax_and_freight,
        coalesce(tax_and_discount.discount_percent, 0) as discount_percent,
        edit.opportunity_id is not null as is_edited,
        coalesce(cast(edit.edited_at as date) > period_lock.locked_on, false)
            as is_edited_after_close,
    from line
    inner join deal
        on
            line.crm_system = deal.crm_system
            and line.opportunity_id = deal.opportunity_id
    left join sliced
        on
            line.crm_system = sliced.crm_system
            and line.opportunity_id = sliced.opportunity_id
            and line.opportunity_line_id = sliced.opportunity_line_id
    left join tax_and_discount
        on
            line.crm_system = tax_and_discount.crm_system
            and line.opportunity_id = tax_and_discount.opportunity_id
    left join edit
        on line.crm_system = edit.crm_system and line.opportunity_id = edit.opportunity_id
    left join period_lock on deal.period = period_lock.period
),

-- Between a deal and its lines the stated tax and freight come first, and the rest stands alone: a
-- cent more in either leaves what is proven where it is.
flagged as (
    select
        *,
        coalesce(
            deal_code = '' and line_kind = 'header_difference' and is_ordered
            and sign(tax_and_freight) = sign(remainder)
            and remainder <> tax_and_freight and not is_edited
            and (
                abs(tax_and_freight) < abs(remainder)
                or abs({{ ten_thousandths('remainder - tax_and_freight') }})
                <= rounding_tolerance_minor_units * granule
            ),
            false
        ) as is_split,
    from remaining
    where remainder <> 0
),

parted as (
    select *, 'whole' as part, remainder as part_amount from flagged
    where not is_split
    union all
    select *, 'tax' as part, tax_and_freight as part_amount from flagged
    where is_split
    union all
    select *, 'rest' as part, remainder - tax_and_freight as part_amount from flagged
    where is_split
),

judged as (
    select
        *,
        case
            when deal_code <> '' then deal_code || '|' || deal_detail
            when part = 'tax' then '1.18|header_tax_and_freight'
            when
                line_kind = 'header_difference' and is_ordered
                and remainder = tax_and_freight
                then '1.18|header_tax_and_freight'
            when
                line_kind = 'header_difference' and is_ordered and is_edited_after_close
                then '1.04|amount_changed_after_close'
            when
                line_kind = 'header_difference' and is_ordered and is_edited
                then '1.04|amount_changed_after_order'
            when
                line_kind = 'header_difference' and is_ordered
                and discount_percent <> 0
                and abs(
                    {{ scale_whole(
                        ten_thousandths('remainder - amount'),
                        'discount_percent', '10000000000', 'granule') }}
                    - {{ ten_thousandths('part_amount') }}
                ) <= granule
                then '1.17|header_discount_percent'
            when
                (sliced_amount <> 0 or part = 'rest')
                and abs({{ ten_thousandths('part_amount') }})
                <= rounding_tolerance_minor_units * granule
                then '1.19|rounding_tolerance'
            when line_kind = 'header_difference' and is_ordered then '1.99|header_difference'
            else unordered_code || '|' || unordered_detail
        end as first_match,
    from parted
),

final as (
    select
        definition_id,
        1 as leg,
        substr(first_match, 1, 4) as line_code,
        substr(first_match, 6) as line_detail,
        'unmatched_left' as step,
        entity,
        currency,
        period,
        {{ money('-part_amount') }} as amount,
        case when first_match like '1.99|%' then 'E' else 'B' end as evidence_grade,
        substr(first_match, 6) as rule,
        crm_system,
        account_id,
        opportunity_id,
        opportunity_line_id,
        '' as erp_system,
        '' as document_type,
        '' as document_id,
        '' as document_line_id,
        '' as allocation_key,
    from judged
)

select * from final
