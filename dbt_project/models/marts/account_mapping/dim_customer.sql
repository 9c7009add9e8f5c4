-- one row per real-world customer, and per key that a merge has ended
with

membership as (
    select
        *,
        max(valid_to) over (partition by customer_key) as key_valid_to,
    from {{ ref('int_customer__membership') }}
),

-- of a key that has ended, the records that had it last
member as (
    select
        *,
        key_valid_to = cast('9999-12-31' as date) as is_current,
    from membership
    where valid_to = key_valid_to
),

successor as (
    select
        member.customer_key,
        min(now.customer_key) as merged_into_customer_key,
    from member
    inner join membership as now
        on
            member.record_key = now.record_key
            and now.valid_to = cast('9999-12-31' as date)
    where not member.is_current
    group by member.customer_key
),

account as (
    select * from {{ ref('int_customer__account') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

first_order as (
    select * from {{ ref('int_customer__first_order') }}
),

detail as (
    select
        member.customer_key,
        member.source_system,
        member.record_type,
        member.record_id,
        member.component_key,
        member.is_current,
        coalesce(customer.customer_name, account.account_name) as customer_name,
        coalesce(customer.country, account.country) as country,
        coalesce(customer.tax_id, account.tax_id) as tax_id,
        coalesce(customer.website_domain, account.website_domain) as website_domain,
        account.industry,
        customer.category,
        coalesce(customer.created_at, account.created_at) as created_at,
        coalesce(account.is_deleted, customer.is_deleted, false) or not member.is_current
            as is_gone,
        first_order.first_order_date,
        -- the ERP is master once there are orders; within a system the oldest live record speaks
        row_number() over (
            partition by member.customer_key
            order by
                case when first_order.first_order_date is not null then 0 else 1 end,
                case
                    when account.account_id is null
                        then customer.is_inactive or customer.is_deleted
                    else account.is_deleted
                end,
                case when member.record_type = 'erp_customer' then 0 else 1 end,
                coalesce(customer.created_at, account.created_at),
                member.source_system,
                member.record_id
        ) as speaks_first,
    from member
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
    left join first_order
        on
            member.record_type = 'erp_customer'
            and member.source_system = first_order.erp_system
            and member.record_id = first_order.erp_customer_id
),

-- the customers above it, of a key that has ended above its successor; who has none is the top
family as (
    select
        customer_key,
        min(case when depth = 1 then ancestor_customer_key end) as parent_customer_key,
        min(case when is_ultimate then ancestor_customer_key end) as ultimate_parent_customer_key,
        count(*) as hierarchy_level,
    from {{ ref('int_hierarchy__ancestor') }}
    group by customer_key
),

claim as (
    select * from {{ ref('int_hierarchy__claim') }}
    where is_chosen
),

-- what the owner of the field says, without a change that waits for Finance
golden as (
    select
        customer_key,
        max(case when field = 'legal_customer_name' then value end) as customer_name,
        max(case when field = 'bill_to_country' and length(value) = 2 then value end) as country,
        max(case when field = 'tax_id' then value end) as tax_id,
    from {{ ref('fct_customer_field') }}
    group by customer_key
),

grouped as (
    select
        detail.customer_key,
        max(case when detail.speaks_first = 1 then detail.customer_name end) as customer_name,
        min(detail.component_key) as oldest_record,
        max(case when detail.speaks_first = 1 then detail.country end) as speaker_country,
        max(detail.country) as any_country,
        max(detail.tax_id) as any_tax_id,
        min(detail.website_domain) as website_domain,
        min(detail.industry) as industry,
        min(detail.category) as category,
        min(detail.first_order_date) as first_order_date,
        min(detail.created_at) as first_seen_at,
        bool_and(detail.is_current) as is_current,
        cast(
            count(case when detail.record_type = 'account' and not detail.is_gone then 1 end)
            as integer
        ) as crm_account_count,
        cast(
            count(case when detail.record_type = 'erp_customer' and not detail.is_gone then 1 end)
            as integer
        ) as erp_customer_count,
    from detail
    group by detail.customer_key
),

final as (
    select
        grouped.customer_key,
        coalesce(golden.customer_name, grouped.customer_name, grouped.oldest_record)
            as customer_name,
        family.parent_customer_key,
        coalesce(
            family.ultimate_parent_customer_key,
            successor.merged_into_customer_key,
            grouped.customer_key
        ) as ultimate_parent_customer_key,
        cast(coalesce(family.hierarchy_level, 0) as integer) as hierarchy_level,
        claim.relation as parent_relation,
        claim.claimed_in as parent_source,
        grouped.first_order_date,
        coalesce(golden.country, grouped.speaker_country, grouped.any_country) as country,
        coalesce(golden.tax_id, grouped.any_tax_id) as tax_id,
        grouped.website_domain,
        grouped.industry,
        grouped.category as erp_category,
        grouped.crm_account_count,
        grouped.erp_customer_count,
        case
            when grouped.first_order_date <= cast({{ as_of() }} as date) then 'erp'
            else 'crm'
        end as master_system_type,
        grouped.oldest_record,
        cast(grouped.first_seen_at as date) as first_seen_on,
        grouped.is_current,
        successor.merged_into_customer_key,
    from grouped
    left join golden on grouped.customer_key = golden.customer_key
    left join successor on grouped.customer_key = successor.customer_key
    left join family
        on
            coalesce(successor.merged_into_customer_key, grouped.customer_key)
            = family.customer_key
    left join claim on family.customer_key = claim.customer_key
)

select * from final
