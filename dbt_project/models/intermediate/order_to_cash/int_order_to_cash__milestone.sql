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
    select * from {{ ref('int_crm__opportunity_line') }}
    where not is_deleted
),

dated as (
    select
        line.crm_system,
        line.opportunity_id,
        coalesce(line.product_code, line.line_name, '') as product,
        order_line.* exclude (erp_system, order_id, order_line_id),
    from line
    left join {{ ref('int_order_link__allocation') }} as slice
        on
            line.crm_system = slice.crm_system
            and line.opportunity_line_id = slice.opportunity_line_id
    left join {{ ref('int_order_to_cash__order_line_date') }} as order_line
        on
            slice.erp_system = order_line.erp_system
            and slice.order_id = order_line.order_id
            and slice.order_line_id = order_line.order_line_id
),

reached as (
    {%- for product in ['product', "''"] %}
    select
        crm_system,
        opportunity_id,
        {{ product }} as product,
        min(order_date) as first_order_date,
        min(approved_date) as first_approved_date,
        min(ship_date) as first_ship_date,
        max(ship_date) as last_ship_date,
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
        reached.* exclude (is_cancelled),
        cast(opportunity.created_at as date) as created_date,
        first_quote.quote_date as first_quote_date,
        opportunity.close_date,
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
