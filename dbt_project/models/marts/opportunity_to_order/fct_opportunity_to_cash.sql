-- one row per closed-won opportunity: how far its money has come, under the primary definition set
with deal as (select * from {{ ref('int_booking__deal') }}),

classified as (
    select classified.*
    from {{ ref('int_booking__classified') }} as classified
    inner join {{ source('definitions', 'definition_set') }} as definition_set
        on classified.definition_id = definition_set.definition_id
    where definition_set.is_primary
),

-- Orders in another currency than the deal's are counted, never added.
flow as (
    select
        flow.crm_system,
        flow.opportunity_id,
        deal.currency,
        sum(case when flow.currency = deal.currency then flow.ordered_amount else 0 end)
            as ordered_amount,
        sum(case when flow.currency = deal.currency then flow.billed_amount else 0 end)
            as billed_amount,
        sum(case when flow.currency = deal.currency then flow.recognised_amount else 0 end)
            as recognised_amount,
        sum(case when flow.currency = deal.currency then flow.paid_amount else 0 end)
            as paid_amount,
        sum(case when flow.currency = deal.currency then 0 else 1 end) as other_currency_lines,
        bool_and(flow.is_cancelled) as is_cancelled,
        min(flow.order_date) as first_order_date,
        min(flow.first_invoice_date) as first_invoice_date,
        min(flow.first_payment_date) as first_payment_date,
        max(flow.last_payment_date) as last_payment_date,
    from {{ ref('int_booking__order_flow') }} as flow
    inner join deal
        on
            flow.crm_system = deal.crm_system
            and flow.opportunity_id = deal.opportunity_id
    group by flow.crm_system, flow.opportunity_id, deal.currency
),

final as (
    select
        deal.crm_system,
        deal.opportunity_id,
        deal.opportunity_number,
        deal.opportunity_name,
        deal.account_id,
        deal.customer_key,
        deal.owner_id,
        deal.owner_name,
        deal.campaign_id,
        deal.entity,
        deal.currency,
        deal.close_date,
        deal.amount as booked_amount,
        cast(coalesce(flow.ordered_amount, 0) as decimal(28, 4)) as ordered_amount,
        cast(coalesce(flow.billed_amount, 0) as decimal(28, 4)) as billed_amount,
        cast(coalesce(flow.recognised_amount, 0) as decimal(28, 4)) as recognised_amount,
        cast(coalesce(flow.paid_amount, 0) as decimal(28, 4)) as paid_amount,
        cast(coalesce(flow.other_currency_lines, 0) as bigint) as other_currency_lines,
        flow.first_order_date,
        flow.first_invoice_date,
        flow.first_payment_date,
        flow.last_payment_date,
        cast(
            {{ dbt.datediff('deal.close_date', 'flow.first_order_date', 'day') }}
            as integer
        ) as days_close_to_order,
        cast(
            {{ dbt.datediff('flow.first_order_date', 'flow.first_invoice_date', 'day') }}
            as integer
        ) as days_order_to_invoice,
        cast(
            {{ dbt.datediff('flow.first_invoice_date', 'flow.first_payment_date', 'day') }}
            as integer
        ) as days_invoice_to_cash,
        case
            when coalesce(classified.deal_code, '') <> '' then 'not_counted'
            when deal.amount = 0 then 'blocked_zero_amount'
            when not deal.is_ordered and classified.unordered_code = '1.08' then 'cancelled'
            when not deal.is_ordered and classified.unordered_code = '1.05'
                then 'account_not_mapped'
            when not deal.is_ordered and classified.unordered_code = '1.07' then 'in_flight'
            when not deal.is_ordered then 'leakage'
            when flow.is_cancelled and flow.billed_amount = 0 then 'cancelled'
            when flow.other_currency_lines > 0 then 'ordered_in_other_currency'
            when flow.billed_amount = 0 then 'ordered'
            when (flow.ordered_amount - flow.billed_amount) * sign(flow.ordered_amount) > 0
                then 'partly_billed'
            when flow.paid_amount = 0 then 'billed'
            when (flow.billed_amount - flow.paid_amount) * sign(flow.billed_amount) > 0
                then 'partly_paid'
            else 'paid'
        end as status,
        coalesce(classified.deal_code, '') as not_counted_line_code,
        classified.survivor_opportunity_id as duplicate_of_opportunity_id,
    from deal
    left join classified
        on
            deal.crm_system = classified.crm_system
            and deal.opportunity_id = classified.opportunity_id
    left join flow
        on
            deal.crm_system = flow.crm_system
            and deal.opportunity_id = flow.opportunity_id
)

select * from final
