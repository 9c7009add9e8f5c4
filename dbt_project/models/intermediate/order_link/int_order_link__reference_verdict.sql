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
        row_number() over (
            partition by erp_system, order_id, crm_system, opportunity_id
            order by tier, link_rule
        ) as rule_rank,
        lead(tier) over (
            partition by erp_system, order_id, crm_system, opportunity_id
            order by tier, link_rule
        ) as next_tier,
        lead(link_rule) over (
            partition by erp_system, order_id, crm_system, opportunity_id
            order by tier, link_rule
        ) as next_rule,
    from considered
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
        count(*) over in_tier as deal_count,
        count(*) over (
            partition by described.erp_system, described.order_id, described.tier
        ) as tier_count,
        coalesce(
            min(case when described.is_won then described.twin_key end) over in_tier
            = max(case when described.is_won then described.twin_key end) over in_tier,
            false
        ) as won_are_twins,
    from described
    window in_tier as (
        partition by
            described.erp_system, described.order_id, described.tier, described.is_named_best
    )
),

final as (
    select
        ranked.erp_system,
        ranked.order_id,
        ranked.crm_system,
        ranked.opportunity_id,
        ranked.tier,
        case
            when ranked.deal_count < ranked.tier_count and ranked.tier > 3 and ranked.is_named_best
                then ranked.link_rule || ', ' || ranked.next_rule
            else ranked.link_rule
        end as link_rule,
        case
            when ranked.tier = 0 then 'D'
            when ranked.tier <= 3 or (ranked.tier = 4 and ranked.tier_count = 1) then 'A'
            else 'B'
        end as evidence_grade,
        ranked.deal_count,
        case
            when ranked.tier <= 3 then 'accepted'
            when not ranked.is_named_best then 'rejected'
            when ranked.deal_count = 1 then 'accepted'
            when ranked.won_count = 1 and ranked.is_won then 'accepted'
            when ranked.won_count = 1 then 'rejected'
            -- deals of one contract may be equal and yet one a year: no twins
            when ranked.tier in (4, 7) or ranked.won_count = 0 or not ranked.won_are_twins
                then 'review'
            when ranked.preference = 1 then 'accepted'
            else 'rejected'
        end as verdict,
    from ranked
)

select * from final
