-- one row per won, live deal: the sales order that the field mapping makes of it, what blocks it
with

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
    where is_won and not is_deleted
),

line_total as (
    select
        crm_system,
        opportunity_id,
        sum(amount) as amount,
        cast(count(case when line_kind = 'line' then 1 end) as integer) as line_count,
        max(term_months) as term_months,
    from {{ ref('int_crm__opportunity_line') }}
    where not is_deleted
    group by crm_system, opportunity_id
),

party as (
    select * from {{ ref('int_crm__opportunity_entity') }}
),

final as (
    select
        opportunity.crm_system,
        opportunity.opportunity_id,
        party.erp_system,
        party.erp_customer_id,
        party.entity,
        trim(left(opportunity.opportunity_name, {{ var('order_description_length') }}))
            as description,
        opportunity.close_date as order_date,
        opportunity.purchase_order_number,
        opportunity.currency,
        coalesce(opportunity.amount, line_total.amount, 0) as order_total,
        cast(
            coalesce(opportunity.amount, line_total.amount, 0)
            - coalesce(opportunity.tax_amount, 0) - coalesce(opportunity.freight_amount, 0)
            as decimal(28, 4)
        ) as net_amount,
        opportunity.discount_percent as header_discount_percent,
        coalesce(line_total.line_count, 0) as line_count,
        coalesce(line_total.term_months, opportunity.term_months, 1) as billing_months,
        'pending_approval' as status,
        case
            when coalesce(opportunity.amount, line_total.amount, 0) = 0 then 'zero amount'
            when coalesce(opportunity.amount, line_total.amount, 0) < 0 then 'negative amount'
            when party.erp_customer_id is null then 'account not mapped'
            when opportunity.currency = 'XXX' then 'currency unknown'  -- ISO 4217: no currency
        end as blocked_by,
    from opportunity
    left join line_total
        on
            opportunity.crm_system = line_total.crm_system
            and opportunity.opportunity_id = line_total.opportunity_id
    left join party
        on
            opportunity.crm_system = party.crm_system
            and opportunity.opportunity_id = party.opportunity_id
)

select * from final
