-- one row per account or ERP customer, and currency of the won deals that hang on it
with

account_match as (
    select * from {{ ref('rpt_account_match') }}
    where won_deal_count > 0
),

final as (
    select
        crm_system as source_system,
        'account' as record_type,
        crm_account_id as record_id,
        currency,
        won_amount as amount,
        won_deal_count as deal_count,
    from account_match
    union all
    select
        erp_system as source_system,
        'erp_customer' as record_type,
        erp_customer_id as record_id,
        currency,
        cast(sum(won_amount) as decimal(28, 4)) as amount,
        sum(won_deal_count) as deal_count,
    from account_match
    where erp_customer_id is not null
    group by erp_system, erp_customer_id, currency
)

select * from final
