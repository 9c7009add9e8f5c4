-- one row per source_system and record (account or ERP customer) with the records it is linked to
with

link as (
    select * from {{ ref('int_customer__link') }}
    where
        valid_from <= cast({{ as_of() }} as date)
        and valid_to > cast({{ as_of() }} as date)
),

side as (
    select
        link.crm_system as source_system,
        'account' as record_type,
        link.account_id as record_id,
        link.erp_customer_id as linked_id,
        customer.customer_name as linked_name,
    from link
    left join {{ ref('int_customer__erp_customer') }} as customer
        on
            link.erp_system = customer.erp_system
            and link.erp_customer_id = customer.erp_customer_id
    union all
    select
        link.erp_system as source_system,
        'erp_customer' as record_type,
        link.erp_customer_id as record_id,
        link.account_id as linked_id,
        account.account_name as linked_name,
    from link
    left join {{ ref('int_customer__account') }} as account
        on link.crm_system = account.crm_system and link.account_id = account.account_id
),

-- a former and a present link of two records are one
paired as (
    select
        source_system,
        record_type,
        record_id,
        linked_id,
        min(linked_name) as linked_name,
    from side
    group by source_system, record_type, record_id, linked_id
),

final as (
    select
        source_system,
        record_type,
        record_id,
        cast(count(*) as integer) as linked_count,
        {{ string_list("linked_id || coalesce(' ' || linked_name, '')", 'linked_id') }}
            as linked_to,
    from paired
    group by source_system, record_type, record_id
)

select * from final
