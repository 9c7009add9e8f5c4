-- one row per line of a credit that is not posted yet
with pending_credit as (select * from {{ ref('int_bridge__pending_credit') }}),

final as (
    select
        erp_system,
        document_type,
        document_id,
        document_line_id,
        document_number,
        document_date,
        erp_customer_id,
        entity,
        currency,
        period,
        cast(amount as decimal(28, 4)) as amount
    from pending_credit
)

select * from final
