-- one row per account or ERP customer that bought, and currency: won deals, or orders
with

won as (
    select
        crm_system as source_system,
        'account' as record_type,
        account_id as record_id,
        currency,
        amount,
        deal_count as document_count,
    from {{ ref('int_customer__won_amount') }}
),

ordered as (
    select
        erp_system as source_system,
        'erp_customer' as record_type,
        erp_customer_id as record_id,
        currency,
        cast(sum(amount) as decimal(28, 4)) as amount,
        count(distinct order_id) as document_count,
    from {{ ref('int_erp__order_line') }}
    where not is_voided and not is_cancelled and not is_intercompany
    group by erp_system, erp_customer_id, currency
)

select * from won
union all
select * from ordered
