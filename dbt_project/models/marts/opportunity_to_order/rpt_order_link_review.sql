-- one row per ERP order and CRM opportunity that may belong together and wait for a decision
with

pair as (
    select * from {{ ref('int_order_link__review_pair') }}
),

sales_order as (
    select * from {{ ref('int_erp__document') }}
),

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
),

party as (
    select * from {{ ref('int_crm__opportunity_entity') }}
),

membership as (
    select * from {{ ref('int_customer__membership') }}
    where record_type = 'erp_customer'
),

profile as (
    select * from {{ ref('int_customer__record_profile') }}
),

rate as (
    select * from {{ ref('int_customer__ranking_rate') }}
),

sales_user as (
    select * from {{ ref('int_crm__user') }}
),

waiting as (
    select * from {{ ref('int_quality__published_link_review') }}
),

described as (
    select
        pair.*,
        sales_order.document_number as order_number,
        opportunity.opportunity_number,
        opportunity.opportunity_name,
        cast(
            row_number() over (
                partition by pair.erp_system, pair.order_id
                order by
                    pair.points desc nulls last, pair.tier asc,
                    abs(pair.order_amount - pair.opportunity_amount) asc, opportunity.is_won desc,
                    pair.crm_system asc, pair.opportunity_id asc
            ) as integer
        ) as candidate_rank,
        cast(count(*) over (partition by pair.erp_system, pair.order_id) as integer)
            as candidate_count,
        sales_order.erp_customer_id,
        buyer.name as erp_customer_name,
        opportunity.account_id as crm_account_id,
        seller.name as crm_account_name,
        coalesce(membership.customer_key = party.customer_key, false) as is_same_customer,
        sales_order.document_date as order_date,
        opportunity.close_date,
        cast(
            {{ dbt.datediff('opportunity.close_date', 'sales_order.document_date', 'day') }}
            as integer
        ) as days_close_to_order,
        sales_order.status as order_status,
        opportunity.stage_name,
        opportunity.is_won,
        party.entity as opportunity_entity,
        sales_order.external_reference as order_purchase_order_number,
        opportunity.purchase_order_number as opportunity_purchase_order_number,
        sales_order.crm_reference as order_reference,
        sales_order.currency,
        coalesce(sales_user.user_name, opportunity.owner_id) as owner,
        cast(coalesce(abs(pair.order_amount) * rate.rate, 0) as decimal(28, 4)) as ranking_amount,
        rate.ranking_currency,
        coalesce(waiting.first_seen_at, {{ as_of() }}) as first_seen_at,
    from pair
    left join sales_order
        on pair.erp_system = sales_order.erp_system and pair.order_id = sales_order.document_id
    left join opportunity
        on
            pair.crm_system = opportunity.crm_system
            and pair.opportunity_id = opportunity.opportunity_id
    left join party
        on
            pair.crm_system = party.crm_system
            and pair.opportunity_id = party.opportunity_id
    left join membership
        on
            sales_order.erp_system = membership.source_system
            and sales_order.erp_customer_id = membership.record_id
            and {{ holds_on('membership', 'opportunity.close_date') }}
    left join profile as buyer
        on
            buyer.record_type = 'erp_customer'
            and sales_order.erp_system = buyer.source_system
            and sales_order.erp_customer_id = buyer.record_id
    left join profile as seller
        on
            seller.record_type = 'account'
            and opportunity.crm_system = seller.source_system
            and opportunity.account_id = seller.record_id
    left join rate on sales_order.currency = rate.currency
    left join sales_user
        on
            opportunity.crm_system = sales_user.source_system
            and opportunity.owner_id = sales_user.user_id
    left join waiting
        on
            pair.erp_system = waiting.erp_system
            and pair.order_id = waiting.order_id
            and pair.crm_system = waiting.crm_system
            and pair.opportunity_id = waiting.opportunity_id
),

final as (
    select
        erp_system,
        order_id,
        order_number,
        crm_system,
        opportunity_id,
        opportunity_number,
        opportunity_name,
        cast(
            row_number() over (
                order by ranking_amount desc, erp_system asc, order_id asc, candidate_rank asc
            ) as integer
        ) as review_rank,
        candidate_rank,
        candidate_count,
        link_rule,
        points,
        evidence,
        why_not_accepted,
        erp_customer_id,
        erp_customer_name,
        crm_account_id,
        crm_account_name,
        is_same_customer,
        order_date,
        close_date,
        days_close_to_order,
        order_status,
        stage_name,
        is_won,
        order_entity,
        opportunity_entity,
        order_items,
        opportunity_items,
        order_purchase_order_number,
        opportunity_purchase_order_number,
        order_reference,
        order_linked_to,
        opportunity_linked_to,
        currency,
        order_amount,
        opportunity_amount,
        cast(order_amount - opportunity_amount as decimal(28, 4)) as amount_difference,
        owner,
        order_amount as amount_at_risk,
        ranking_amount,
        ranking_currency,
        first_seen_at,
    from described
)

select * from final
