-- one row per customer that has an account: the account that speaks for it in the CRM
{{ config(materialized='view') }}

with

member as (
    select * from {{ ref('int_customer__member') }}
    where record_type = 'account'
),

account as (
    select * from {{ ref('int_customer__account') }}
),

ranked as (
    select
        member.customer_key,
        account.*,
        row_number() over (
            partition by member.customer_key
            order by
                account.is_deleted, account.created_at, account.crm_system, account.account_id
        ) as speaks_first,
    from member
    inner join account
        on member.source_system = account.crm_system and member.record_id = account.account_id
)

select * exclude (speaks_first)
from ranked
where speaks_first = 1
