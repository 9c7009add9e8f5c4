-- one row per entity, currency and accounting month: posted bills, posted credits and pending
-- credits
with billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided
),

pending_credit as (select * from {{ ref('int_bridge__pending_credit') }}),

measured as (
    select
        entity,
        currency,
        period,
        case when document_type = 'credit_memo' then 0 else amount end as billed_amount,
        case when document_type = 'credit_memo' then amount else 0 end as credited_amount,
        0 as pending_amount
    from billing_line
    union all
    select
        entity,
        currency,
        period,
        0 as billed_amount,
        0 as credited_amount,
        amount as pending_amount
    from pending_credit
),

final as (
    select
        entity,
        currency,
        period,
        cast(sum(billed_amount) as decimal(28, 4)) as billed_amount,
        cast(sum(credited_amount) as decimal(28, 4)) as credited_amount,
        cast(sum(billed_amount + credited_amount) as decimal(28, 4)) as net_amount,
        cast(sum(pending_amount) as decimal(28, 4)) as pending_amount,
        cast(sum(billed_amount + credited_amount + pending_amount) as decimal(28, 4))
            as net_of_pending_amount
    from measured
    group by entity, currency, period
)

select * from final
