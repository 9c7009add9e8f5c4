-- one row per record of either side: the numbers that authorities gave the company
with

account as (
    select
        crm_system || ':' || account_id as record_key,
        tax_id,
        duns_number,
    from {{ ref('int_customer__account') }}
),

customer as (
    select
        erp_system || ':' || erp_customer_id as record_key,
        tax_id,
        duns_number,
    from {{ ref('int_customer__erp_customer') }}
),

final as (
    select * from account
    union all
    select * from customer
)

select * from final
