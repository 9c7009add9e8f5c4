-- one row per won opportunity and product of it, and one for the whole deal (product ''): on which
-- day it reached each milestone from creation to cash
with

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
    where is_won and not is_deleted
),

quote as (
    {{ union_systems(var('crm_systems'), 'quote') }}
),

first_quote as (
    select
        source_system as crm_system,
        opportunity_id,
        cast(min(created_at) as date) as quote_date,
    from quote
    where not is_deleted
    group by source_system, opportunity_id
),

line as (
    select
        crm_system,
        opportunity_id,
        opportunity_line_id,
        coalesce(product_code, line_name, '') as product,
    from {{ ref('int_crm__opportunity_line') }}
    where not is_deleted
),

order_line as (
    select * from {{ ref('int_erp__order_line') }}
),

note as (
    {{ union_systems(var('erp_systems'), 'system_note') }}
),

-- The day on which an order's status left approval, and was not the order's end.
approved as (
    select
        source_system as erp_system,
        document_id as order_id,
        cast(min(noted_at) as date) as approved_date,
    from note
    where
        lower(field) like '%status'
        and lower(old_value) like '%pending approval%'
        and lower(new_value) not like '%pending approval%'
        and lower(new_value) not like '%cancel%'
        and lower(new_value) not like '%reject%'
        and lower(new_value) not like '%closed%'
    group by source_system, document_id
),

billed as (
    select
        erp_system,
        order_id,
        order_line_id,
        min(case when document_type <> 'credit_memo' then document_date end) as first_invoice_date,
        max(case when document_type <> 'credit_memo' then document_date end) as last_invoice_date,
        min(first_payment_date) as first_payment_date,
        max(last_payment_date) as last_payment_date,
    from {{ ref('int_booking__billed_order_line') }}
    group by erp_system, order_id, order_line_id
),

dated as (
    select
        line.crm_system,
        line.opportunity_id,
        line.product,
        order_line.order_date,
        approved.approved_date,
        order_line.actual_ship_date,
        order_line.is_cancelled,
        billed.first_invoice_date,
        billed.last_invoice_date,
        billed.first_payment_date,
        billed.last_payment_date,
    from line
    left join {{ ref('int_order_link__allocation') }} as slice
        on
            line.crm_system = slice.crm_system
            and line.opportunity_line_id = slice.opportunity_line_id
    left join order_line
        on
            slice.erp_system = order_line.erp_system
            and slice.order_id = order_line.order_id
            and slice.order_line_id = order_line.order_line_id
    left join approved
        on
            slice.erp_system = approved.erp_system
            and slice.order_id = approved.order_id
    left join billed
        on
            slice.erp_system = billed.erp_system
            and slice.order_id = billed.order_id
            and slice.order_line_id = billed.order_line_id
),

reached as (
    {%- for product in ['product', "''"] %}
    select
        crm_system,
        opportunity_id,
        {{ product }} as product,
        min(order_date) as first_order_date,
        min(approved_date) as first_approved_date,
        min(actual_ship_date) as first_ship_date,
        max(actual_ship_date) as last_ship_date,
        min(first_invoice_date) as first_invoice_date,
        max(last_invoice_date) as last_invoice_date,
        min(first_payment_date) as first_payment_date,
        max(last_payment_date) as last_payment_date,
        -- null while there is no order
        bool_and(is_cancelled) as is_cancelled,
    from dated
    {{ "where product <> ''" if product == 'product' }}
    group by crm_system, opportunity_id{{ ', product' if product == 'product' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        reached.crm_system,
        reached.opportunity_id,
        reached.product,
        cast(opportunity.created_at as date) as created_date,
        first_quote.quote_date as first_quote_date,
        opportunity.close_date,
        reached.first_order_date,
        reached.first_approved_date,
        reached.first_ship_date,
        reached.last_ship_date,
        reached.first_invoice_date,
        reached.last_invoice_date,
        reached.first_payment_date,
        reached.last_payment_date,
        coalesce(reached.is_cancelled, false) as is_cancelled,
    from reached
    inner join opportunity
        on
            reached.crm_system = opportunity.crm_system
            and reached.opportunity_id = opportunity.opportunity_id
    left join first_quote
        on
            reached.crm_system = first_quote.crm_system
            and reached.opportunity_id = first_quote.opportunity_id
)

select * from final
