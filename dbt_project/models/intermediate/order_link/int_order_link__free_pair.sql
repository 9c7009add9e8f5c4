-- one row per unlinked order and deal of one customer (or, with one amount, family): what agrees
with

threshold as (
    select * from {{ ref('int_order_link__threshold') }}
),

membership as (
    select
        membership.*,
        coalesce(ancestor.ancestor_customer_key, membership.customer_key) as family_key,
    from {{ ref('int_customer__membership') }} as membership
    left join {{ ref('int_hierarchy__ancestor') }} as ancestor
        on membership.customer_key = ancestor.customer_key and ancestor.is_ultimate
),

-- where a reference means one of several deals, no other deal may take their place
reference as (
    select
        reference_verdict.*,
        true as is_referred,
    from {{ ref('int_order_link__reference_verdict') }} as reference_verdict
    where verdict = 'review'
),

referring_order as (
    select erp_system, order_id
    from reference
    group by erp_system, order_id
),

free_order as (
    select
        free_order.*,
        buyer.customer_key,
        buyer.family_key,
        buyer.valid_from,
        buyer.valid_to,
        referring_order.order_id is not null as refers,
    from {{ ref('int_order_link__free_order') }} as free_order
    inner join membership as buyer
        on
            free_order.erp_system = buyer.source_system
            and free_order.erp_customer_id = buyer.record_id
            and buyer.record_type = 'erp_customer'
    left join referring_order
        on
            free_order.erp_system = referring_order.erp_system
            and free_order.order_id = referring_order.order_id
),

free_deal as (
    select
        free_deal.*,
        owner.customer_key,
        owner.family_key,
        owner.valid_from,
        owner.valid_to,
    from {{ ref('int_order_link__free_deal') }} as free_deal
    inner join membership as owner
        on
            free_deal.crm_system = owner.source_system
            and free_deal.account_id = owner.record_id
            and owner.record_type = 'account'
),

decided as (
    select * from {{ ref('int_order_link__decided_pair') }}
),

-- who is one customer is asked on the later of the two days
pair_by_customer_key as (
    {{ unlinked_pairs('customer_key') }}
),

pair_by_family_key as (
    {{ unlinked_pairs('family_key') }}
),

pair as (
    select * from pair_by_customer_key
    union all
    select * from pair_by_family_key
),

final as (
    select
        pair.* exclude (item_set),
        coalesce(reference.is_referred, false) as is_referred,
        deal_item_set.item_count as deal_items,
        coalesce(pair.item_set = deal_item_set.item_set, false) as is_same_items,
    from pair
    cross join threshold
    left join {{ ref('int_order_link__deal_item_set') }} as deal_item_set
        on
            pair.crm_system = deal_item_set.crm_system
            and pair.opportunity_id = deal_item_set.opportunity_id
            and pair.erp_system = deal_item_set.erp_system
    left join reference
        on
            pair.erp_system = reference.erp_system
            and pair.order_id = reference.order_id
            and pair.crm_system = reference.crm_system
            and pair.opportunity_id = reference.opportunity_id
    left join decided
        on
            pair.erp_system = decided.erp_system
            and pair.order_id = decided.order_id
            and pair.crm_system = decided.crm_system
            and pair.opportunity_id = decided.opportunity_id
    where
        pair.days_after_close
        between -threshold.days_before_close and threshold.days_after_close
        and decided.verdict is null
        and (reference.is_referred or not pair.refers)
)

select * from final
