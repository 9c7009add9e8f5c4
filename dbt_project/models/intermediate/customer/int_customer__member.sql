-- one row per source_system and record (account or ERP customer), with the customer it belongs to
with

account as (
    select * from {{ ref('int_customer__account') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

judged as (
    select * from {{ ref('int_customer__judged_pair') }}
    where verdict = 'accepted'
),

record as (
    select
        crm_system as source_system,
        'account' as record_type,
        account_id as record_id,
        crm_system || ':' || account_id as record_key,
        created_at,
    from account
    union all
    select
        erp_system as source_system,
        'erp_customer' as record_type,
        erp_customer_id as record_id,
        erp_system || ':' || erp_customer_id as record_key,
        created_at,
    from customer
),

duplicate as (
    select * from {{ ref('int_customer__duplicate_pair') }}
    where verdict = 'accepted'
),

-- one row per record and token; records that share a token are one customer
token as (
    select
        crm_system || ':' || account_id as record_key,
        'link:' || erp_system || ':' || erp_customer_id as token,
    from judged
    union all
    select
        judged.erp_system || ':' || judged.erp_customer_id as record_key,
        'link:' || judged.erp_system || ':' || judged.erp_customer_id as token,
    from judged
    group by judged.erp_system, judged.erp_customer_id
    union all
    select
        crm_system || ':' || account_id as record_key,
        'merge:' || crm_system || ':' || surviving_account_id as token,
    from account
    union all
    select
        source_system || ':' || record_id as record_key,
        'duplicate:' || source_system || ':' || record_id || ':' || other_record_id as token,
    from duplicate
    union all
    select
        source_system || ':' || other_record_id as record_key,
        'duplicate:' || source_system || ':' || record_id || ':' || other_record_id as token,
    from duplicate
),

{{ component_rounds('record', 'token', 'record_key', 'created_at', 6) }},

final as (
    select
        record.source_system,
        record.record_type,
        record.record_id,
        component.component_key,
        md5(component.component_key) as customer_key,
    from record
    left join component on record.record_key = component.record_key
)

select * from final
