-- one row per order and opportunity that some evidence pairs, with the verdict on the pair
with

reference as (
    select * from {{ ref('int_order_link__reference_verdict') }}
),

scored as (
    select * from {{ ref('int_order_link__score_verdict') }}
),

-- what links without a reference: the declared rule, then points
linked as (
    select
        erp_system,
        order_id,
        crm_system,
        opportunity_id,
        8 as tier,
        link_rule,
        'B' as evidence_grade,
    from {{ ref('int_order_link__declared_pair') }}
    union all
    select
        erp_system,
        order_id,
        crm_system,
        opportunity_id,
        9 as tier,
        link_rule,
        'C' as evidence_grade,
    from scored
    where verdict = 'accepted'
),

linked_order as (
    select erp_system, order_id
    from linked
    group by erp_system, order_id
),

open_pair as (
    select
        scored.erp_system,
        scored.order_id,
        scored.crm_system,
        scored.opportunity_id,
        9 as tier,
        scored.link_rule,
        'C' as evidence_grade,
        scored.verdict,
    from scored
    left join reference
        on
            scored.erp_system = reference.erp_system
            and scored.order_id = reference.order_id
            and scored.crm_system = reference.crm_system
            and scored.opportunity_id = reference.opportunity_id
    where scored.verdict <> 'accepted' and reference.order_id is null
),

-- where a rule has chosen among the deals that a reference could mean, the others are out
final as (
    select
        reference.erp_system,
        reference.order_id,
        reference.crm_system,
        reference.opportunity_id,
        coalesce(linked.tier, reference.tier) as tier,
        case
            when linked.order_id is null then reference.link_rule
            else reference.link_rule || ', ' || linked.link_rule
        end as link_rule,
        coalesce(linked.evidence_grade, reference.evidence_grade) as evidence_grade,
        case
            when linked.order_id is not null then 'accepted'
            when reference.verdict = 'review' and linked_order.order_id is not null then 'rejected'
            else reference.verdict
        end as verdict,
    from reference
    left join linked
        on
            reference.erp_system = linked.erp_system
            and reference.order_id = linked.order_id
            and reference.crm_system = linked.crm_system
            and reference.opportunity_id = linked.opportunity_id
    left join linked_order
        on
            reference.erp_system = linked_order.erp_system
            and reference.order_id = linked_order.order_id
    union all
    select
        linked.*,
        'accepted' as verdict,
    from linked
    left join reference
        on
            linked.erp_system = reference.erp_system
            and linked.order_id = reference.order_id
            and linked.crm_system = reference.crm_system
            and linked.opportunity_id = reference.opportunity_id
    where reference.order_id is null
    union all
    select * from open_pair
)

select * from final
