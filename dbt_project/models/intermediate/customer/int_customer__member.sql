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

-- accounts of one name and country are one company unless ids or tax ids say otherwise
linked_account as (
    select
        account.crm_system,
        account.account_id,
        account.account_name_normalised || '|' || account.country as name_and_country,
        account.tax_id,
        min(judged.erp_customer_id) as erp_customer_id,
    from account
    left join judged
        on
            account.crm_system = judged.crm_system
            and account.account_id = judged.account_id
            and judged.tier <= 2
    group by
        account.crm_system, account.account_id, account.account_name_normalised, account.country,
        account.tax_id
),

one_company_name as (
    select
        crm_system,
        name_and_country,
    from linked_account
    where name_and_country is not null
    group by crm_system, name_and_country
    having
        count(*) > 1
        and count(distinct tax_id) <= 1
        and count(distinct erp_customer_id) <= 1
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
        linked_account.crm_system || ':' || linked_account.account_id as record_key,
        'name:' || linked_account.crm_system || ':' || linked_account.name_and_country as token,
    from linked_account
    inner join one_company_name
        on
            linked_account.crm_system = one_company_name.crm_system
            and linked_account.name_and_country = one_company_name.name_and_country
    union all
    select
        crm_system || ':' || account_id as record_key,
        'tax:' || crm_system || ':' || tax_id as token,
    from account
    where {{ is_telling_number('tax_id') }}
    union all
    select
        erp_system || ':' || erp_customer_id as record_key,
        'tax:' || erp_system || ':' || tax_id as token,
    from customer
    where {{ is_telling_number('tax_id') }}
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
