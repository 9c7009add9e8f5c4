-- one row per revenue policy and bill or credit line that fills the balance of an obligation:
-- posted to a balance-sheet account, or to revenue although the obligation has its own schedule
with billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided
),

ledger_line as (
    select * from {{ ref('int_erp__ledger_line') }}
    where is_posting and account_class in ('deferred_revenue', 'contract_asset', 'revenue')
),

obligation as (select * from {{ ref('int_revenue__obligation') }}),

scheduled_obligation as (
    {{ scheduled_obligations() }}
),

policy as (
    {{ revenue_policies() }}
),

bill as (
    select
        policy.policy_id,
        billing_line.*,
        'order ' || billing_line.order_id || ':' || billing_line.order_line_id as order_name,
        'bill ' || billing_line.document_id || ':' || billing_line.document_line_id as bill_name,
        ledger_line.account_class = 'revenue' as is_posted_revenue
    from billing_line
    inner join ledger_line
        on
            billing_line.erp_system = ledger_line.erp_system
            and billing_line.document_id = ledger_line.document_id
            and billing_line.document_line_id = ledger_line.document_line_id
    cross join policy
),

-- a bill that refers to no obligation is one of its own
named as (
    select
        bill.*,
        coalesce(
            bill.revenue_element_id, scheduled_order.obligation_id, bill.bill_name
        ) as obligation_id
    from bill
    left join scheduled_obligation as scheduled_order
        on
            bill.policy_id = scheduled_order.policy_id
            and bill.erp_system = scheduled_order.erp_system
            and bill.order_name = scheduled_order.obligation_id
),

final as (
    select
        named.policy_id,
        named.erp_system,
        named.obligation_id,
        -- the obligation's balance is its own entity's, whichever entity bills
        case
            when obligation.currency = named.currency and not named.is_posted_revenue
                then coalesce(nullif(obligation.entity, 'unassigned'), named.entity)
            else named.entity
        end as entity,
        named.entity as bill_entity,
        named.currency,
        named.minor_unit,
        named.period,
        named.amount,
        named.document_type,
        named.document_id,
        named.document_line_id,
        named.document_id || ':' || named.document_line_id as event_key,
        named.is_posted_revenue
    from named
    left join scheduled_obligation
        on
            named.policy_id = scheduled_obligation.policy_id
            and named.erp_system = scheduled_obligation.erp_system
            and named.obligation_id = scheduled_obligation.obligation_id
    left join obligation
        on
            named.erp_system = obligation.erp_system
            and named.obligation_id = obligation.obligation_id
    where not named.is_posted_revenue or scheduled_obligation.obligation_id is not null
)

select * from final
