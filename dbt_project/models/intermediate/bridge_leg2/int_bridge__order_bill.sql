-- one row per released order line and posted bill line of it in the order of billing, and a last
-- one for the order line's open rest (document_id '')
with order_line as (
    select
        *,
        {{ to_minor('amount', 'minor_unit') }} as order_units,
        cast(quantity * 100000 as {{ type_wide_integer() }}) as order_quantity
    from {{ ref('int_erp__order_line') }}
    where is_released
),

reissue as (
    select
        erp_system,
        reissue_document_id as document_id,
        reissue_document_line_id as document_line_id
    from {{ ref('int_bridge__reissue_pair') }}
),

-- a reissued bill replaces one that the order line has already counted
billing_line as (
    select billing_line.*
    from {{ ref('int_erp__billing_line') }} as billing_line
    left join reissue
        on
            billing_line.erp_system = reissue.erp_system
            and billing_line.document_id = reissue.document_id
            and billing_line.document_line_id = reissue.document_line_id
    where
        billing_line.is_posting
        and not billing_line.is_voided
        and billing_line.document_type in ('invoice', 'cash_sale')
        and billing_line.order_id is not null
        and reissue.document_id is null
),

billed as (
    select
        order_line.erp_system,
        order_line.order_id,
        order_line.order_line_id,
        billing_line.document_id,
        billing_line.document_line_id,
        billing_line.amount as billed_amount,
        cast(billing_line.quantity * 100000 as {{ type_wide_integer() }}) as billed_quantity,
        {{ to_minor('billing_line.amount', 'order_line.minor_unit') }} as billed_units,
        coalesce(order_line.unit_price <> billing_line.unit_price, false) as is_price_changed,
        row_number() over (
            partition by order_line.erp_system, order_line.order_id, order_line.order_line_id
            order by
                billing_line.period,
                billing_line.document_date,
                billing_line.document_id,
                billing_line.document_line_id
        ) as slice_rank
    from billing_line
    inner join order_line
        on
            billing_line.erp_system = order_line.erp_system
            and billing_line.order_id = order_line.order_id
            and billing_line.order_line_id = order_line.order_line_id
),

listed as (
    select
        erp_system,
        order_id,
        order_line_id,
        document_id,
        document_line_id,
        billed_amount,
        billed_quantity,
        billed_units,
        is_price_changed,
        slice_rank
    from billed
    union all
    select
        erp_system,
        order_id,
        order_line_id,
        '' as document_id,
        '' as document_line_id,
        null as billed_amount,
        null as billed_quantity,
        null as billed_units,
        false as is_price_changed,
        1000000 as slice_rank
    from order_line
),

-- what a bill covers is told by quantity (in steps of 0.00001), or by amount where a quantity is
-- missing; a bill of an absurdly large quantity covers nothing and ends unexplained
final as (
    select
        listed.*,
        order_line.amount as order_amount,
        order_line.minor_unit,
        order_line.order_units,
        order_line.order_quantity,
        min(
            case
                when
                    order_line.order_quantity <> 0
                    and (listed.document_id = '' or listed.billed_quantity <> 0)
                    then 1
                else 0
            end
        ) over order_lines = 1 as is_by_quantity,
        max(
            case
                when abs(coalesce(order_line.order_quantity, 0)) >= 1000000000000000000 then 1
                when abs(coalesce(listed.billed_quantity, 0)) >= 1000000000000000000 then 1
                else 0
            end
        ) over order_lines = 1 as is_absurd
    from listed
    inner join order_line
        on
            listed.erp_system = order_line.erp_system
            and listed.order_id = order_line.order_id
            and listed.order_line_id = order_line.order_line_id
    window order_lines as (
        partition by listed.erp_system, listed.order_id, listed.order_line_id
    )
)

select * from final
