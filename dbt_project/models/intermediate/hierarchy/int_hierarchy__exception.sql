-- one row per exception about who owns whom: a contradiction, a ring, an unknown parent, a stranger
with

record_parent as (
    select * from {{ ref('int_hierarchy__record_parent') }}
    where is_current
),

claim as (
    select * from {{ ref('int_hierarchy__claim') }}
    where is_current
),

ancestor as (
    select * from {{ ref('int_hierarchy__ancestor') }}
),

account as (
    select * from {{ ref('int_customer__account') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
),

-- what a customer is called: by an ERP customer of it, else by an account
named as (
    select
        member.customer_key,
        coalesce(min(customer.customer_name), min(account.account_name)) as customer_name,
    from {{ ref('int_customer__member') }} as member
    left join account
        on
            member.record_type = 'account'
            and member.source_system = account.crm_system
            and member.record_id = account.account_id
    left join customer
        on
            member.record_type = 'erp_customer'
            and member.source_system = customer.erp_system
            and member.record_id = customer.erp_customer_id
    where
        member.customer_key in (select customer_key from claim)
        or member.customer_key in (select parent_customer_key from claim)
    group by member.customer_key
),

conflicting as (
    select
        overruled.customer_key,
        overruled.crm_record,
        overruled.erp_record,
        overruled.claimed_in,
        overruled.parent_customer_key as overruled_parent_key,
        chosen.claimed_in as chosen_in,
        chosen.parent_customer_key as chosen_parent_key,
    from claim as overruled
    inner join claim as chosen
        on overruled.customer_key = chosen.customer_key and chosen.is_chosen
    left join ancestor
        on
            overruled.customer_key = ancestor.customer_key
            and overruled.parent_customer_key = ancestor.ancestor_customer_key
    where not overruled.is_chosen and ancestor.customer_key is null
),

top as (
    select
        customer_key,
        ancestor_customer_key,
    from ancestor
    where is_ultimate
),

-- the deal was ordered by a customer that is neither the account's nor of its family
stranger as (
    select
        link.crm_system,
        link.opportunity_id,
        link.erp_system,
        document.erp_customer_id,
        {{ string_list('document.document_number', 'document.document_number') }} as orders,
    from {{ ref('int_order_link__order_opportunity') }} as link
    inner join opportunity
        on
            link.crm_system = opportunity.crm_system
            and link.opportunity_id = opportunity.opportunity_id
    inner join {{ ref('int_customer__member') }} as deal
        on
            deal.record_type = 'account'
            and opportunity.crm_system = deal.source_system
            and opportunity.account_id = deal.record_id
    inner join {{ ref('int_erp__document') }} as document
        on link.erp_system = document.erp_system and link.order_id = document.document_id
    inner join {{ ref('int_customer__member') }} as buyer
        on
            buyer.record_type = 'erp_customer'
            and document.erp_system = buyer.source_system
            and document.erp_customer_id = buyer.record_id
            and deal.customer_key <> buyer.customer_key
    left join top as deal_top on deal.customer_key = deal_top.customer_key
    left join top as buyer_top on buyer.customer_key = buyer_top.customer_key
    where
        coalesce(deal_top.ancestor_customer_key, deal.customer_key)
        <> coalesce(buyer_top.ancestor_customer_key, buyer.customer_key)
    group by link.crm_system, link.opportunity_id, link.erp_system, document.erp_customer_id
),

found as (
    select
        'hierarchy_conflict' as exception_type,
        coalesce(conflicting.crm_record, conflicting.erp_record) as record_key,
        case when conflicting.crm_record is null then 'customer' else 'account' end as object,
        'The parent is "' || coalesce(overruled.customer_name, '') || '" for the '
        || upper(conflicting.claimed_in) || ' and "' || coalesce(chosen.customer_name, '')
        || '" for the ' || upper(conflicting.chosen_in) || ', which counts' as detail,
    from conflicting
    left join named as overruled on conflicting.overruled_parent_key = overruled.customer_key
    left join named as chosen on conflicting.chosen_parent_key = chosen.customer_key
    union all
    select
        'hierarchy_cycle' as exception_type,
        coalesce(claim.crm_record, claim.erp_record) as record_key,
        case when claim.crm_record is null then 'customer' else 'account' end as object,
        'Its parent "' || coalesce(parent.customer_name, '')
        || '" is, over other customers or directly, its own child' as detail,
    from claim
    inner join ancestor
        on claim.customer_key = ancestor.customer_key and ancestor.depth = 1 and ancestor.is_in_ring
    left join named as parent on claim.parent_customer_key = parent.customer_key
    where claim.is_chosen
    union all
    select
        'parent_unknown' as exception_type,
        source_system || ':' || record_id as record_key,
        case when record_type = 'account' then 'account' else 'customer' end as object,
        'Names the parent ' || stated_parent_id || ', which was never landed' as detail,
    from record_parent
    where is_parent_unknown and not is_gone
),

about_record as (
    select
        found.exception_type,
        split_part(found.record_key, ':', 1) as system,
        found.object,
        substr(found.record_key, {{ dbt.position("':'", 'found.record_key') }} + 1) as source_key,
        cast(null as decimal(28, 4)) as amount,
        cast(null as {{ dbt.type_string() }}) as currency,
        account.owner_id,
        found.detail,
    from found
    left join account
        on
            found.object = 'account'
            and found.record_key = account.crm_system || ':' || account.account_id
),

final as (
    select * from about_record
    union all by name
    select
        'ordered_by_stranger' as exception_type,
        stranger.crm_system as system,
        'opportunity' as object,
        stranger.opportunity_id as source_key,
        opportunity.amount,
        opportunity.currency,
        opportunity.owner_id,
        'Ordered as ' || stranger.orders || ' by ERP customer ' || stranger.erp_customer_id || ' "'
        || coalesce(customer.customer_name, '')
        || '", which is neither the account''s customer nor of its family: link or parent missing'
            as detail,
    from stranger
    left join opportunity
        on
            stranger.crm_system = opportunity.crm_system
            and stranger.opportunity_id = opportunity.opportunity_id
    left join customer
        on
            stranger.erp_system = customer.erp_system
            and stranger.erp_customer_id = customer.erp_customer_id
)

select * from final
