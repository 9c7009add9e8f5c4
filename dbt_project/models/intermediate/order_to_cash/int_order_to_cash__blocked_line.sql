-- one row per released order line whose open rest something blocks: by what, and how much of it
with

open_line as (
    select * from {{ ref('int_bridge__backlog') }}
    where reason not in ('cancelled', 'short_closed', 'bill_missing')
),

order_line as (
    select * from {{ ref('int_erp__order_line') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

measured as (
    select
        open_line.erp_system,
        open_line.order_id,
        open_line.order_line_id,
        open_line.entity,
        open_line.currency,
        open_line.reason,
        open_line.amount as open_amount,
        order_line.minor_unit,
        order_line.order_status,
        order_line.hold_reason,
        coalesce(customer.is_on_credit_hold, false) as is_customer_on_hold,
        abs(coalesce(order_line.quantity_backordered, 0)) as short_quantity,
        abs(order_line.quantity) - abs(coalesce(order_line.quantity_billed, 0)) as open_quantity,
    from open_line
    inner join order_line
        on
            open_line.erp_system = order_line.erp_system
            and open_line.order_id = order_line.order_id
            and open_line.order_line_id = order_line.order_line_id
    left join customer
        on
            order_line.erp_system = customer.erp_system
            and order_line.erp_customer_id = customer.erp_customer_id
),

-- What somebody has put on hold comes before what the system finds by itself.
judged as (
    select
        measured.*,
        case
            when reason = 'hold_credit' then 'credit|hold on the order: ' || hold_reason
            when reason = 'hold_tax' then 'tax_data|hold on the order: ' || hold_reason
            when reason = 'hold_data' then 'data|hold on the order: ' || hold_reason
            when order_status = 'pending_approval' then 'approval|order waits for approval'
            when reason = 'missed' then ''
            when is_customer_on_hold then 'credit|customer on credit hold'
            when short_quantity > 0 then 'stock|back-ordered'
            else ''
        end as first_match,
    from measured
),

final as (
    select
        erp_system,
        order_id,
        order_line_id,
        entity,
        currency,
        minor_unit,
        split_part(first_match, '|', 1) as blocked_by,
        substr(first_match, {{ dbt.position("'|'", 'first_match') }} + 1) as evidence,
        -- of what is back-ordered in part only that part waits for stock
        case
            when first_match = 'stock|back-ordered' and short_quantity < open_quantity
                then coalesce(
                    {{ from_ten_thousandths(scale_whole(
                        ten_thousandths('open_amount'), hundred_millionths('short_quantity'),
                        hundred_millionths('open_quantity'), minor_unit_granule('minor_unit'))) }},
                    open_amount
                )
            else open_amount
        end as blocked_amount,
    from judged
    where first_match <> ''
)

select * from final
