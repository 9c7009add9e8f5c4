-- one row per order and opportunity that some reference pairs, with the verdict on the pair
with

candidate as (
    select * from {{ ref('int_order_link__candidate') }}
),

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
),

-- of several references for one pair the strongest counts; weaker ones never overrule a stronger
pair as (
    select
        candidate.*,
        row_number() over (
            partition by
                candidate.erp_system, candidate.order_id, candidate.crm_system,
                candidate.opportunity_id
            order by candidate.tier, candidate.link_rule
        ) as rule_rank,
    from candidate
    where candidate.tier = candidate.best_tier or candidate.tier = 2
),

described as (
    select
        pair.erp_system,
        pair.order_id,
        pair.crm_system,
        pair.opportunity_id,
        pair.tier,
        pair.link_rule,
        opportunity.is_won,
        opportunity.created_at,
        opportunity.account_id || '|' || opportunity.currency || '|'
        || cast(opportunity.amount as {{ dbt.type_string() }}) as twin_key,
    from pair
    left join opportunity
        on
            pair.crm_system = opportunity.crm_system
            and pair.opportunity_id = opportunity.opportunity_id
    where pair.rule_rank = 1
),

-- among deals that one purchase order could mean: won before open, then the oldest of twins
ranked as (
    select
        described.*,
        row_number() over (
            partition by described.erp_system, described.order_id, described.tier
            order by
                described.is_won desc, described.created_at asc, described.opportunity_id asc
        ) as preference,
        count(case when described.is_won then 1 end) over (
            partition by described.erp_system, described.order_id, described.tier
        ) as won_count,
        count(*) over (
            partition by described.erp_system, described.order_id, described.tier
        ) as deal_count,
        coalesce(
            min(case when described.is_won then described.twin_key end) over (
                partition by described.erp_system, described.order_id, described.tier
            ) = max(case when described.is_won then described.twin_key end) over (
                partition by described.erp_system, described.order_id, described.tier
            ), false
        ) as won_are_twins,
    from described
),

final as (
    select
        ranked.erp_system,
        ranked.order_id,
        ranked.crm_system,
        ranked.opportunity_id,
        ranked.tier,
        ranked.link_rule,
        case when ranked.tier <= 3 then 'A' else 'B' end as evidence_grade,
        ranked.deal_count,
        case
            when ranked.tier <= 3 then 'accepted'
            when ranked.deal_count = 1 then 'accepted'
            when ranked.won_count = 1 and ranked.is_won then 'accepted'
            when ranked.won_count = 1 then 'rejected'
            when ranked.won_count = 0 or not ranked.won_are_twins then 'review'
            when ranked.preference = 1 then 'accepted'
            else 'rejected'
        end as verdict,
    from ranked
)

select * from final
