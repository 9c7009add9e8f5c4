-- one row per open invoice (per entity) and posted payment with cash that was applied to nothing:
-- what the customer has paid for the invoice without its being applied, the oldest first
{%- set account = ['erp_system', 'erp_customer_id', 'entity', 'currency'] %}
with open_slice as (
    select
        *,
        {{ ten_thousandths('gross_amount') }} as size,
        {{ to_minor('net_amount', 'minor_unit') }} as net_units
    from {{ ref('int_revenue__cash_slice') }}
    where slice_type = 'open' and is_billed and gross_amount > 0
),

cash_received as (
    select
        *,
        {{ ten_thousandths('unapplied_amount') }} as size
    from {{ ref('int_erp__cash_received') }}
    -- a deposit is for a bill to come, whatever else the customer owes
    where unapplied_amount > 0 and document_type = 'payment'
),

owed as (
    select
        *,
        sum(size) over (
            partition by {{ account | join(', ') }} order by invoice_period, invoice_id
            rows between unbounded preceding and current row
        ) as to_total
    from open_slice
),

unapplied as (
    select
        *,
        sum(size) over (
            partition by {{ account | join(', ') }} order by period, payment_id
            rows between unbounded preceding and current row
        ) as to_total
    from cash_received
),

met as (
    select
        owed.erp_system,
        owed.invoice_id,
        owed.entity,
        owed.currency,
        owed.minor_unit,
        owed.net_units,
        owed.size as owed_size,
        unapplied.payment_id,
        case
            when unapplied.period > owed.invoice_period then unapplied.period
            else owed.invoice_period
        end as period,
        -- from where to where the payment covers the invoice
        case
            when unapplied.to_total - unapplied.size > owed.to_total - owed.size
                then unapplied.to_total - unapplied.size - (owed.to_total - owed.size)
            else 0
        end as from_size,
        case
            when unapplied.to_total < owed.to_total
                then unapplied.to_total - (owed.to_total - owed.size)
            else owed.size
        end as to_size
    from owed
    inner join unapplied
        on
            owed.erp_system = unapplied.erp_system
            and owed.erp_customer_id = unapplied.erp_customer_id
            and owed.entity = unapplied.entity
            and owed.currency = unapplied.currency
            and unapplied.to_total - unapplied.size < owed.to_total
            and unapplied.to_total > owed.to_total - owed.size
),

final as (
    select
        erp_system,
        invoice_id,
        entity,
        currency,
        payment_id,
        period,
        {{ money(from_ten_thousandths('to_size - from_size')) }} as gross_amount,
        -- running shares of the open net amount, so that the parts of one invoice add up
        {{ money(from_minor(
            'coalesce(' ~ scale_whole('net_units', 'to_size', 'owed_size', 1) ~ ', 0)'
            ~ ' - coalesce(' ~ scale_whole('net_units', 'from_size', 'owed_size', 1) ~ ', 0)',
            'minor_unit'
        )) }} as net_amount
    from met
)

select * from final
