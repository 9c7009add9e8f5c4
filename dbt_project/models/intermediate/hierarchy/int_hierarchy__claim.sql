-- one row per customer, present or past, and customer that some record of it names as parent
with

record_parent as (
    select * from {{ ref('int_hierarchy__record_parent') }}
    where parent_customer_key <> customer_key and counts
),

stage as (
    select * from {{ ref('int_golden__stage') }}
),

claim as (
    select
        customer_key,
        parent_customer_key,
        min(case when record_type = 'account' then source_system || ':' || record_id end)
            as crm_record,
        min(case when record_type = 'erp_customer' then source_system || ':' || record_id end)
            as erp_record,
        bool_or(is_current) as is_current,
        min(relation) as relation,
        count(*) as record_count,
    from record_parent
    group by customer_key, parent_customer_key
),

-- of two parents one of which owns the other, the nearer one is meant: the other skips a level
skipping as (
    select
        far.customer_key,
        far.parent_customer_key,
    from claim as far
    inner join claim as near
        on
            far.customer_key = near.customer_key
            and far.parent_customer_key <> near.parent_customer_key
    inner join claim as between_them
        on
            near.parent_customer_key = between_them.customer_key
            and far.parent_customer_key = between_them.parent_customer_key
    group by far.customer_key, far.parent_customer_key
),

-- the side that is master decides: the CRM before the first order, the ERP from it on
ranked as (
    select
        claim.*,
        case
            when claim.crm_record is not null and claim.erp_record is not null then 'both'
            when claim.erp_record is not null then 'erp'
            else 'crm'
        end as claimed_in,
        row_number() over (
            partition by claim.customer_key
            order by
                case when skipping.customer_key is null then 0 else 1 end asc,
                case
                    when stage.stage = 'after_first_order' and claim.erp_record is not null then 0
                    when stage.stage = 'after_first_order' then 1
                    when claim.crm_record is not null then 0
                    else 1
                end asc,
                claim.record_count desc,
                claim.parent_customer_key asc
        ) as best_first,
    from claim
    left join skipping
        on
            claim.customer_key = skipping.customer_key
            and claim.parent_customer_key = skipping.parent_customer_key
    left join stage on claim.customer_key = stage.customer_key
),

final as (
    select
        customer_key,
        parent_customer_key,
        claimed_in,
        crm_record,
        erp_record,
        is_current,
        relation,
        best_first = 1 as is_chosen,
    from ranked
)

select * from final
