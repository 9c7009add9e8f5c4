-- one row per posted customer payment or deposit with cash that was applied to nothing
with cash_received as (
    select * from {{ ref('int_erp__cash_received') }}
    where unapplied_amount <> 0
),

erp_customer as (select * from {{ ref('int_customer__erp_customer') }}),

membership as (
    select * from {{ ref('int_customer__membership') }}
    where record_type = 'erp_customer'
),

covered as (
    select
        erp_system,
        payment_id,
        sum(gross_amount) as amount,
        count(*) as invoices
    from {{ ref('int_revenue__unapplied_cover') }}
    group by erp_system, payment_id
),

final as (
    select
        cash_received.erp_system,
        cash_received.payment_id,
        cash_received.document_type,
        cash_received.payment_number,
        cash_received.payment_date,
        cash_received.erp_customer_id,
        erp_customer.customer_name,
        membership.customer_key,
        cash_received.entity,
        cash_received.currency,
        cash_received.period,
        cash_received.amount as received_amount,
        cash_received.applied_amount,
        cash_received.refunded_amount,
        cash_received.otherwise_used_amount,
        cash_received.unapplied_amount,
        cast(coalesce(covered.amount, 0) as decimal(28, 4)) as open_invoice_amount,
        cast(coalesce(covered.invoices, 0) as bigint) as open_invoices,
        cast(
            {{ dbt.datediff('cash_received.payment_date', as_of(), 'day') }}
            as integer
        ) as age_days
    from cash_received
    left join covered
        on
            cash_received.erp_system = covered.erp_system
            and cash_received.payment_id = covered.payment_id
    left join erp_customer
        on {{ same_keys('cash_received', 'erp_customer', ['erp_system', 'erp_customer_id']) }}
    left join membership
        on
            cash_received.erp_system = membership.source_system
            and cash_received.erp_customer_id = membership.record_id
            and {{ holds_on('membership', 'cash_received.payment_date') }}
)

select * from final
