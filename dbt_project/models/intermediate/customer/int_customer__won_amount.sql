-- one row per crm_system, account_id and currency: what the account's won deals come to
with

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
    where is_won and not is_deleted
),

final as (
    select
        crm_system,
        account_id,
        currency,
        cast(sum(coalesce(amount, 0)) as decimal(28, 4)) as amount,
        count(*) as deal_count,
        row_number() over (
            partition by crm_system, account_id order by count(*) desc, currency asc
        ) as most_used_first,
    from opportunity
    group by crm_system, account_id, currency
)

select * from final
