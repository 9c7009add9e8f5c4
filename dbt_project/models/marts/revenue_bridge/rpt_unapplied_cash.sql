-- one row per posted customer payment with cash that was applied to nothing
with cash_received as (
    select * from {{ ref('int_erp__cash_received') }}
    where unapplied_amount <> 0
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
        cash_received.payment_number,
        cash_received.payment_date,
        cash_received.erp_customer_id,
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
)

select * from final
