-- one row per released order line with an amount that no bill covers
with billing_slice as (
    select * from {{ ref('int_bridge__billing_slice') }}
    where document_id = '' and slice_amount <> 0
),

order_line as (select * from {{ ref('int_erp__order_line') }}),

open_line as (
    select
        billing_slice.erp_system,
        billing_slice.order_id,
        billing_slice.order_line_id,
        order_line.entity,
        order_line.currency,
        order_line.period,
        billing_slice.slice_amount as amount,
        order_line.is_cancelled,
        order_line.is_closed,
        order_line.hold_reason,
        order_line.expected_ship_date,
        coalesce(order_line.quantity_fulfilled, 0) as quantity_fulfilled,
        coalesce(order_line.quantity_billed, 0) as quantity_billed,
        order_line.quantity
    from billing_slice
    inner join order_line
        on
            billing_slice.erp_system = order_line.erp_system
            and billing_slice.order_id = order_line.order_id
            and billing_slice.order_line_id = order_line.order_line_id
),

final as (
    select
        erp_system,
        order_id,
        order_line_id,
        entity,
        currency,
        period,
        amount,
        case
            when is_cancelled then 'cancelled'
            when is_closed then 'short_closed'
            -- the ERP counts the line as billed, but no bill refers to it
            when quantity <> 0 and abs(quantity_billed) >= abs(quantity) then 'bill_missing'
            when lower(hold_reason) like '%credit%' then 'hold_credit'
            when lower(hold_reason) like '%tax%' then 'hold_tax'
            when hold_reason <> '' then 'hold_data'
            when expected_ship_date > cast({{ as_of() }} as date) then 'scheduled_later'
            when abs(quantity_fulfilled) > abs(quantity_billed) then 'missed'
            else 'not_shipped'
        end as reason
    from open_line
)

select * from final
