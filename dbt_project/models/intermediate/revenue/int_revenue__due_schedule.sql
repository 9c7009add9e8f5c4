-- one row per revenue policy, obligation, month and kind of what our schedule recognises, interest
-- beside it: whether the month is due, and the record that stands for it
{%- set month = ['policy_id', 'erp_system', 'obligation_id', 'period'] %}
with schedule as (select * from {{ ref('int_revenue__schedule') }}),

interest as (select * from {{ ref('int_revenue__interest') }}),

erp_line as (select * from {{ ref('int_revenue__erp_line') }}),

document as (select * from {{ ref('int_erp__document') }}),

obligation as (select * from {{ ref('int_revenue__obligation') }}),

scheduled_obligation as (
    {{ scheduled_obligations() }}
),

closed_period as (
    select erp_system, period
    from {{ ref('int_erp__period') }}
    where is_closed and not is_adjustment
    group by erp_system, period
),

erp_month as (
    select {{ month | join(', ') }}, bool_and(is_due) as is_whole
    from erp_line
    group by {{ month | join(', ') }}
),

-- what is billed for waiting, or earned by having been paid early, is no revenue of the contract
recognised as (
    select
        {{ month | join(', ') }}, kind, entity, currency, minor_unit, amount, document_type,
        document_id, document_line_id
    from schedule
    union all
    select
        scheduled_obligation.policy_id,
        interest.erp_system,
        interest.obligation_id,
        interest.period,
        'financing' as kind,
        interest.entity,
        interest.currency,
        obligation.minor_unit,
        -interest.amount as amount,
        null as document_type,
        null as document_id,
        null as document_line_id
    from interest
    inner join scheduled_obligation
        on {{ same_keys('interest', 'scheduled_obligation', month[1:3]) }}
    inner join obligation on {{ same_keys('interest', 'obligation', month[1:3]) }}
),

final as (
    select
        recognised.* exclude (document_type, document_id, document_line_id),
        -- once it is closed, or the ERP has posted all that it plans for it
        closed_period.period is not null
        or (recognised.kind <> 'financing' and coalesce(erp_month.is_whole, false)) as is_due,
        coalesce(recognised.document_type, document.document_type, 'revenue_element')
            as document_type,
        coalesce(
            recognised.document_id, document.document_id, obligation.element_id,
            recognised.obligation_id
        ) as document_id,
        case
            when recognised.document_id is not null then coalesce(recognised.document_line_id, '')
            when document.document_id is not null
                then split_part(recognised.obligation_id, ':', 2)
            else ''
        end as document_line_id
    from recognised
    left join closed_period
        on {{ same_keys('recognised', 'closed_period', ['erp_system', 'period']) }}
    left join erp_month on {{ same_keys('recognised', 'erp_month', month) }}
    left join obligation on {{ same_keys('recognised', 'obligation', month[1:3]) }}
    -- an order or bill line that is an obligation of its own
    left join document
        on
            recognised.erp_system = document.erp_system
            and split_part(split_part(recognised.obligation_id, ' ', 2), ':', 1)
            = document.document_id
            and (
                recognised.obligation_id like 'order %' or recognised.obligation_id like 'bill %'
            )
)

select * from final
