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
    from {{ ref('int_booking__order_flow') }} as flow
    inner join deal
        on
            flow.crm_system = deal.crm_system
            and flow.opportunity_id = deal.opportunity_id
    group by flow.crm_system, flow.opportunity_id, deal.currency
),

milestone as (
    select * from {{ ref('int_order_to_cash__milestone') }}
    where product = ''
),

receivable as (
    select
        crm_system,
        opportunity_id,
        currency,
        sum(open_amount) as open_amount,
    from {{ ref('int_order_to_cash__open_receivable') }}
    group by crm_system, opportunity_id, currency
),

blocker as (
    select crm_system, opportunity_id, currency, blocked_by, blocked_amount
    from {{ ref('int_order_to_cash__blocked_deal') }}
    union all
    select
        crm_system,
        opportunity_id,
        currency,
        blocked_by,
        sum(blocked_amount) as blocked_amount,
    from {{ ref('int_order_to_cash__blocked_share') }}
    group by crm_system, opportunity_id, currency, blocked_by
),

blocked as (
    select
        blocker.crm_system,
        blocker.opportunity_id,
        {{ string_list('blocker.blocked_by', 'blocker.blocked_by') }} as blocked_by,
        sum(case when blocker.currency = deal.currency then blocker.blocked_amount else 0 end)
            as blocked_amount,
    from blocker
    inner join deal
        on
            blocker.crm_system = deal.crm_system
            and blocker.opportunity_id = deal.opportunity_id
    group by blocker.crm_system, blocker.opportunity_id
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
        cast(coalesce(receivable.open_amount, 0) as decimal(28, 4)) as open_receivable,
        blocked.blocked_by,
        cast(coalesce(blocked.blocked_amount, 0) as decimal(28, 4)) as blocked_amount,
        milestone.created_date,
        milestone.first_quote_date,
        milestone.first_order_date,
        milestone.first_approved_date,
        milestone.first_ship_date,
        milestone.last_ship_date,
        milestone.first_invoice_date,
        milestone.last_invoice_date,
        milestone.first_payment_date,
        milestone.last_payment_date,
        cast(
            {{ dbt.datediff('deal.close_date', 'milestone.first_order_date', 'day') }}
            as integer
        ) as days_close_to_order,
        cast(
            {{ dbt.datediff(
                'milestone.first_order_date', 'milestone.first_invoice_date', 'day') }}
            as integer
        ) as days_order_to_invoice,
        cast(
            {{ dbt.datediff(
                'milestone.first_invoice_date', 'milestone.first_payment_date', 'day') }}
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
    left join milestone
        on
            deal.crm_system = milestone.crm_system
            and deal.opportunity_id = milestone.opportunity_id
    left join receivable
        on
            deal.crm_system = receivable.crm_system
            and deal.opportunity_id = receivable.opportunity_id
            and deal.currency = receivable.currency
    left join blocked
        on
            deal.crm_system = blocked.crm_system
            and deal.opportunity_id = blocked.opportunity_id
)

select * from final
