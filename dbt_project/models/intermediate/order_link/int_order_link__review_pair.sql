-- one row per order and deal that wait for a person: why they may belong together, why not accepted
with

judged as (
    select * from {{ ref('int_order_link__judged_pair') }}
    where verdict = 'review'
),

-- what a decision for the pair alone would end, and has room beside it: the order's deals, and what
-- points give the deal
order_link as (
    select
        erp_system,
        order_id,
        {{ string_list(
            "crm_system || ':' || opportunity_id", "crm_system || ':' || opportunity_id"
        ) }} as linked_to,
    from {{ ref('int_order_link__order_opportunity') }}
    group by erp_system, order_id
),

deal_link as (
    select
        crm_system,
        opportunity_id,
        {{ string_list("erp_system || ':' || order_id", "erp_system || ':' || order_id") }}
            as linked_to,
    from {{ ref('int_order_link__order_opportunity') }}
    where evidence_grade = 'C'
    group by crm_system, opportunity_id
),

scored as (
    select * from {{ ref('int_order_link__score_verdict') }}
),

order_total as (
    select
        erp_system,
        order_id,
        sum(amount) as net_amount,
        min(entity) as entity,
    from {{ ref('int_erp__order_line') }}
    group by erp_system, order_id
),

order_item as (
    select
        erp_system,
        order_id,
        {{ string_list('sku_normalised', 'sku_normalised') }} as items,
    from {{ ref('int_order_link__order_item') }}
    group by erp_system, order_id
),

deal_item as (
    select
        crm_system,
        opportunity_id,
        erp_system,
        {{ string_list('sku_normalised', 'sku_normalised') }} as items,
    from {{ ref('int_order_link__deal_item') }}
    group by crm_system, opportunity_id, erp_system
),

final as (
    select
        judged.erp_system,
        judged.order_id,
        judged.crm_system,
        judged.opportunity_id,
        judged.tier,
        judged.link_rule,
        scored.points,
        judged.link_rule || coalesce(': ' || scored.evidence, '') as evidence,
        coalesce(scored.why_not_accepted, 'its reference fits several deals') as why_not_accepted,
        -- as compared: what is left beside links; of a deal that states no amount its lines' sum
        cast(coalesce(scored.order_amount, order_total.net_amount, 0) as decimal(28, 4))
            as order_amount,
        order_total.entity as order_entity,
        order_item.items as order_items,
        cast(
            coalesce(
                scored.deal_amount,
                coalesce(opportunity.amount, 0) - coalesce(opportunity.tax_amount, 0)
                - coalesce(opportunity.freight_amount, 0)
            ) as decimal(28, 4)
        ) as opportunity_amount,
        deal_item.items as opportunity_items,
        case when not scored.is_order_full then order_link.linked_to end as order_linked_to,
        case when not scored.is_deal_full then deal_link.linked_to end as opportunity_linked_to,
    from judged
    inner join {{ ref('int_crm__opportunity') }} as opportunity
        on
            judged.crm_system = opportunity.crm_system
            and judged.opportunity_id = opportunity.opportunity_id
    left join scored
        on
            judged.erp_system = scored.erp_system
            and judged.order_id = scored.order_id
            and judged.crm_system = scored.crm_system
            and judged.opportunity_id = scored.opportunity_id
    left join order_link
        on judged.erp_system = order_link.erp_system and judged.order_id = order_link.order_id
    left join deal_link
        on
            judged.crm_system = deal_link.crm_system
            and judged.opportunity_id = deal_link.opportunity_id
    left join order_total
        on
            judged.erp_system = order_total.erp_system
            and judged.order_id = order_total.order_id
    left join order_item
        on judged.erp_system = order_item.erp_system and judged.order_id = order_item.order_id
    left join deal_item
        on
            judged.crm_system = deal_item.crm_system
            and judged.opportunity_id = deal_item.opportunity_id
            and judged.erp_system = deal_item.erp_system
)

select * from final
