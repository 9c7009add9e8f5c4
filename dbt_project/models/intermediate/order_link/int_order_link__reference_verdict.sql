-- one row per order and deal that a steward or a reference pairs, with the verdict on the pair
with

candidate as (
    select * from {{ ref('int_order_link__candidate') }}
),

decided as (
    select * from {{ ref('int_order_link__decided_pair') }}
),

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
),

live_order as (
    select * from {{ ref('int_erp__document') }}
    where document_type = 'sales_order' and not is_voided and not is_cancelled
),

split_order as (
    select
        erp_system,
        order_id,
    from {{ ref('int_order_link__decided_line') }}
    group by erp_system, order_id
),

considered as (
    select
        candidate.erp_system,
        candidate.order_id,
        candidate.crm_system,
        candidate.opportunity_id,
        candidate.tier,
        candidate.link_rule,
    from candidate
    left join decided
        on
            candidate.erp_system = decided.erp_system
            and candidate.order_id = decided.order_id
            and candidate.crm_system = decided.crm_system
            and candidate.opportunity_id = decided.opportunity_id
    -- a steward who divided an order has named all its deals
    left join split_order
        on
            candidate.erp_system = split_order.erp_system
            and candidate.order_id = split_order.order_id
    where decided.verdict is null and split_order.order_id is null
    union all
    select
        erp_system,
        order_id,
        crm_system,
        opportunity_id,
        0 as tier,
        'steward decision' as link_rule,
    from decided
    where verdict = 'same'
),

-- of several references for one pair the strongest counts; the next one may decide between pairs
strongest as (
    select
        considered.*,
        min(tier) over (partition by erp_system, order_id) as best_tier,
        row_number() over of_pair as rule_rank,
        lead(tier) over of_pair as next_tier,
        lead(link_rule) over of_pair as next_rule,
    from considered
    window of_pair as (
        partition by erp_system, order_id, crm_system, opportunity_id order by tier, link_rule
    )
),

-- a weaker reference never names another deal than a stronger one; line ids stand beside the head's
described as (
    select
        pair.erp_system,
        pair.order_id,
        pair.crm_system,
        pair.opportunity_id,
        pair.tier,
        pair.link_rule,
        pair.next_rule,
        coalesce(pair.next_tier, 99) = min(coalesce(pair.next_tier, 99)) over (
            partition by pair.erp_system, pair.order_id, pair.tier
        ) as is_named_best,
        opportunity.is_won,
        opportunity.is_closed and not opportunity.is_won as is_lost,
        opportunity.close_date,
        opportunity.created_at,
        opportunity.account_id || '|' || opportunity.currency || '|'
        || cast(opportunity.amount as {{ dbt.type_string() }}) as twin_key,
    from strongest as pair
    left join opportunity
        on
            pair.crm_system = opportunity.crm_system
            and pair.opportunity_id = opportunity.opportunity_id
    where
        pair.rule_rank = 1
        and (pair.tier = pair.best_tier or pair.tier = 2)
),

-- among deals that one reference could mean: won before open, then the oldest of twins
ranked as (
    select
        described.*,
        row_number() over (
            partition by described.erp_system, described.order_id, described.tier
            order by
                described.is_named_best desc, described.is_won desc, described.created_at asc,
                described.opportunity_id asc
        ) as preference,
        count(case when described.is_won then 1 end) over in_tier as won_count,
        count(case when described.is_won then 1 end) over in_order as won_of_order,
        count(*) over in_tier as deal_count,
        count(*) over (
            partition by described.erp_system, described.order_id, described.tier
        ) as tier_count,
        {{ won_are_twins('in_tier') }} as won_are_twins,
    from described
    cross join {{ ref('int_order_link__threshold') }} as threshold
    window
        in_order as (partition by described.erp_system, described.order_id),
        in_tier as (
            partition by
                described.erp_system, described.order_id, described.tier, described.is_named_best
        )
),

judged as (
    select
        *,
        case
            when deal_count < tier_count and tier > 3 and is_named_best
                then link_rule || ', ' || next_rule
            else link_rule
        end as rule,
        case
            when tier = 0 then 'D'
            when tier <= 3 or (tier = 4 and tier_count = 1) then 'A'
            else 'B'
        end as evidence_grade,
        case
            -- of deals that one order names, a won one took the place of the lost one
            when tier in (1, 3) and is_lost and won_of_order > 0 then 'rejected'
            when tier <= 3 then 'accepted'
            when not is_named_best then 'rejected'
            when deal_count = 1 then 'accepted'
            when won_count = 1 and is_won then 'accepted'
            when won_count = 1 then 'rejected'
            -- deals of one contract may be equal and yet one a year: no twins
            when tier in (4, 7) or won_count = 0 or not won_are_twins then 'review'
            when preference = 1 then 'first twin'
            when is_won then 'other twin'
            else 'rejected'
        end as verdict,
    from ranked
),

-- one deal entered twice has one order: where there are more, each may be a sale of its own
counted as (
    select
        judged.*,
        count(
            case when judged.verdict in ('accepted', 'first twin') then live_order.document_id end
        ) over (partition by judged.crm_system, judged.opportunity_id) as live_orders,
    from judged
    left join live_order
        on
            judged.erp_system = live_order.erp_system
            and judged.order_id = live_order.document_id
),

final as (
    select
        erp_system,
        order_id,
        crm_system,
        opportunity_id,
        tier,
        rule as link_rule,
        evidence_grade,
        deal_count,
        case
            when verdict not in ('first twin', 'other twin') then verdict
            when
                max(case when verdict = 'first twin' then live_orders end) over (
                    partition by erp_system, order_id
                ) > 1
                then 'review'
            when verdict = 'first twin' then 'accepted'
            else 'rejected'
        end as verdict,
    from counted
)

select * from final
