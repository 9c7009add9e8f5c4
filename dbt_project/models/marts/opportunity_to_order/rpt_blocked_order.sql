-- one row per order, or won deal without one, and what blocks it
with

rate as (
    select * from {{ ref('int_customer__ranking_rate') }}
),

todo as (
    select * from {{ ref('next_action') }}
    where subject = 'blocker' and reason = '*'
),

blocked as (
    select
        erp_system as system,
        'order' as record_type,
        order_id as record_id,
        blocked_by,
        order_number as record_number,
        customer_name,
        customer_key,
        opportunity_ids,
        entity,
        currency,
        blocked_amount,
        line_count,
        evidence,
        order_date as since,
        age_business_days,
        coalesce(owner, erp_system || ' administrator') as owner,
    from {{ ref('int_order_to_cash__blocked_order') }}
    union all by name
    select
        crm_system as system,
        'deal' as record_type,
        opportunity_id as record_id,
        blocked_by,
        coalesce(opportunity_number, opportunity_name) as record_number,
        account_name as customer_name,
        customer_key,
        opportunity_id as opportunity_ids,
        entity,
        currency,
        blocked_amount,
        evidence,
        close_date as since,
        age_business_days,
        coalesce(owner_name, owner_id, crm_system || ' administrator') as owner,
    from {{ ref('int_order_to_cash__blocked_deal') }}
),

ranked as (
    select
        blocked.*,
        rate.ranking_currency,
        -- what has no rate is worth nothing here
        cast(coalesce(blocked.blocked_amount * rate.rate, 0) as decimal(28, 4)) as ranking_amount,
    from blocked
    left join rate on blocked.currency = rate.currency
),

final as (
    select
        ranked.* exclude (age_business_days),
        cast(ranked.age_business_days as integer) as age_business_days,
        case when todo.acts = 'owner' then ranked.owner else todo.acts end as acts,
        todo.next_action,
        cast(
            row_number() over (
                order by
                    abs(ranked.ranking_amount) desc, ranked.record_type asc, ranked.system asc,
                    ranked.record_id asc, ranked.blocked_by asc
            ) as integer
        ) as priority,
    from ranked
    left join todo on ranked.blocked_by = todo.code
)

select * from final
