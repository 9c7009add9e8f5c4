-- Open timing of the bridge is the list of deals in flight, the backlog list and what is open of
-- invoices and credits, record by record.
with setting as (select * from {{ ref('int_bridge__definition_period') }}),

primary_set as (
    select definition_id from {{ source('definitions', 'definition_set') }}
    where is_primary
),

listed as (
    select
        1 as leg,
        leakage.definition_id,
        leakage.opportunity_id as record,
        leakage.amount
    from {{ ref('rpt_leakage') }} as leakage
    where leakage.class = 'in_flight'
    union all
    select
        2 as leg,
        setting.definition_id,
        backlog.order_id || ':' || backlog.order_line_id as record,
        backlog.amount
    from {{ ref('int_bridge__backlog') }} as backlog
    inner join setting on backlog.period = setting.period
    where backlog.reason not in ('cancelled', 'short_closed', 'bill_missing')
    union all
    select
        4 as leg,
        setting.definition_id,
        slice.invoice_id as record,
        slice.net_amount as amount
    from {{ ref('int_revenue__cash_slice') }} as slice
    inner join setting on slice.invoice_period = setting.period
    where slice.slice_type in ('open', 'transfer')
    union all
    select
        4 as leg,
        setting.definition_id,
        slice.credit_memo_id as record,
        slice.net_amount as amount
    from {{ ref('int_revenue__credit_slice') }} as slice
    inner join setting on slice.period = setting.period
    where slice.slice_type in ('open', 'other')
    union all
    select
        4 as leg,
        setting.definition_id,
        credit.document_id as record,
        credit.amount
    from {{ ref('int_bridge__pending_credit') }} as credit
    inner join setting on credit.period = setting.period and setting.net_pending
    union all
    select
        4 as leg,
        setting.definition_id,
        cover.payment_id as record,
        -cover.net_amount as amount
    from {{ ref('int_revenue__unapplied_cover') }} as cover
    inner join setting on cover.period = setting.period
    union all
    select
        leg,
        definition_id,
        case
            when leg = 1 then opportunity_id
            when leg = 2 then document_id || ':' || document_line_id
            else document_id
        end as record,
        amount
    from {{ ref('int_timing__atom') }}
    where is_open and leg <> 3
)

select
    listed.leg,
    listed.definition_id,
    listed.record,
    sum(listed.amount) as difference
from listed
left join primary_set on listed.definition_id = primary_set.definition_id
where listed.leg <> 1 or primary_set.definition_id is not null
group by listed.leg, listed.definition_id, listed.record
having sum(listed.amount) <> 0
