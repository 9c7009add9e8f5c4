-- one row per two roles of orders, the two customers that play them, and currency
with

-- today's customer throughout, so that a merge between two days makes no two customers of one
member as (
    select * from {{ ref('int_customer__member') }}
),

deal as (
    select
        opportunity.crm_system,
        opportunity.opportunity_id,
        member.customer_key,
    from {{ ref('int_crm__opportunity') }} as opportunity
    inner join member
        on
            opportunity.crm_system = member.source_system
            and opportunity.account_id = member.record_id
            and member.record_type = 'account'
),

slice as (
    select
        crm_system,
        opportunity_id,
        erp_system,
        order_id,
        order_line_id,
        ordered_currency as currency,
        sum(ordered_amount) as amount,
    from {{ ref('int_order_link__allocation') }}
    group by
        crm_system, opportunity_id, erp_system, order_id, order_line_id, ordered_currency
),

order_line as (
    select * from {{ ref('int_erp__order_line') }}
),

billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where not is_voided and order_id is not null
),

buyer as (
    select * from member
    where record_type = 'erp_customer'
),

ancestor as (
    select * from {{ ref('int_hierarchy__ancestor') }}
),

played as (
    select
        'sold_to' as from_role,
        deal.customer_key as from_customer_key,
        'ordered_by' as to_role,
        buyer.customer_key as to_customer_key,
        slice.currency,
        slice.erp_system || ':' || slice.order_id as document_key,
        order_line.order_date as document_date,
        slice.amount,
    from slice
    inner join order_line
        on
            slice.erp_system = order_line.erp_system
            and slice.order_id = order_line.order_id
            and slice.order_line_id = order_line.order_line_id
    inner join deal
        on slice.crm_system = deal.crm_system and slice.opportunity_id = deal.opportunity_id
    inner join buyer
        on
            order_line.erp_system = buyer.source_system
            and order_line.erp_customer_id = buyer.record_id
    union all
    select
        'ordered_by' as from_role,
        buyer.customer_key as from_customer_key,
        'billed' as to_role,
        billed.customer_key as to_customer_key,
        billing_line.currency,
        billing_line.erp_system || ':' || billing_line.document_id as document_key,
        billing_line.document_date,
        billing_line.amount,
    from billing_line
    inner join order_line
        on
            billing_line.erp_system = order_line.erp_system
            and billing_line.order_id = order_line.order_id
            and billing_line.order_line_id = order_line.order_line_id
            and billing_line.erp_customer_id <> order_line.erp_customer_id
    inner join buyer
        on
            order_line.erp_system = buyer.source_system
            and order_line.erp_customer_id = buyer.record_id
    inner join buyer as billed
        on
            billing_line.erp_system = billed.source_system
            and billing_line.erp_customer_id = billed.record_id
),

pair as (
    select
        from_role,
        from_customer_key,
        to_role,
        to_customer_key,
        currency,
        cast(count(distinct document_key) as integer) as document_count,
        cast(sum(amount) as decimal(28, 4)) as amount,
        min(document_date) as first_document_date,
        max(document_date) as last_document_date,
    from played
    where from_customer_key <> to_customer_key
    group by from_role, from_customer_key, to_role, to_customer_key, currency
),

final as (
    select
        pair.from_role,
        pair.from_customer_key,
        pair.to_role,
        pair.to_customer_key,
        pair.currency,
        case
            when above.customer_key is not null then 'parent'
            when below.customer_key is not null then 'child'
            when from_top.ancestor_customer_key = to_top.ancestor_customer_key then 'same_group'
            else 'stranger'
        end as relation,
        pair.document_count,
        pair.amount,
        pair.first_document_date,
        pair.last_document_date,
    from pair
    left join ancestor as above
        on
            pair.from_customer_key = above.customer_key
            and pair.to_customer_key = above.ancestor_customer_key
    left join ancestor as below
        on
            pair.to_customer_key = below.customer_key
            and pair.from_customer_key = below.ancestor_customer_key
    left join ancestor as from_top
        on pair.from_customer_key = from_top.customer_key and from_top.is_ultimate
    left join ancestor as to_top
        on pair.to_customer_key = to_top.customer_key and to_top.is_ultimate
)

select * from final
