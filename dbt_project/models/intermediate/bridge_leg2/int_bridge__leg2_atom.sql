-- one row per definition set and atom of leg 2: what turns orders into net billings
with step as (select * from {{ ref('int_bridge__leg2_step') }}),

definition_period as (select * from {{ ref('int_bridge__definition_period') }}),

defined as (
    select
        step.*,
        setting.definition_id,
        coalesce(
            abs({{ to_minor('step.amount', 'step.minor_unit') }})
            <= setting.rounding_tolerance_minor_units,
            false
        ) as is_within_tolerance,
        coalesce(setting.fiscal_quarter = counter.fiscal_quarter, false) as is_same_quarter
    from step
    inner join definition_period as setting
        on step.period = setting.period
    left join definition_period as counter
        on
            setting.definition_id = counter.definition_id
            and step.counter_period = counter.period
    where step.step <> 'pending' or setting.net_pending
),

coded as (
    select
        *,
        case
            when step = 'period_right' and not is_same_quarter then '2.01'
            when step in ('period_left', 'period_right', 'backlog') then '2.02'
            when step in ('cancelled', 'short_closed') then '2.03'
            when step in ('price', 'reissue_price') and is_within_tolerance then '2.13'
            when step in ('price', 'reissue_price') and is_price_changed then '2.04'
            when step = 'freight' then '2.05'
            when step = 'unordered' then '2.06'
            when step in ('credit', 'rebill', 'rebill_credit') then '2.07'
            when step = 'pending' then '2.08'
            when step in ('void', 'reissue') then '2.09'
            when step = 'overage' then '2.10'
            when step in ('currency_left', 'currency_right') then '2.11'
            when step in ('entity_left', 'entity_right') then '2.12'
            else '2.99'
        end as line_code
    from defined
),

final as (
    select
        definition_id,
        2 as leg,
        line_code,
        case when line_code = '2.99' and reason = '' then step else reason end as line_detail,
        step,
        entity,
        currency,
        period,
        cast(amount as decimal(28, 4)) as amount,
        case
            when line_code = '2.99' then 'E'
            when step in ('backlog', 'price', 'reissue_price', 'unordered') then 'B'
            when step in ('rebill', 'rebill_credit') then 'B'
            else 'A'
        end as evidence_grade,
        case
            when line_code = '2.99' then 'nothing explains it'
            when step like 'period%' then 'bill refers to the order line'
            when step = 'backlog' then 'open quantity at the order price'
            when step in ('cancelled', 'short_closed') then 'status of the order line'
            when line_code = '2.13' then 'within the rounding tolerance'
            when line_code = '2.04' then 'unit price on the bill differs from the order'
            when step = 'freight' then 'type of the bill line'
            when step = 'unordered' then 'bill without a released order'
            when step = 'credit' then 'posted credit memo'
            when step = 'pending' then 'credit not posted yet'
            when step in ('void', 'reissue') then 'bill credited in full and billed again'
            when step in ('rebill', 'rebill_credit')
                then 'quantity credited and the same quantity billed again'
            when step = 'overage' then 'billed beyond the ordered quantity'
            else 'bill refers to the order line'
        end as rule,
        '' as crm_system,
        '' as account_id,
        '' as opportunity_id,
        '' as opportunity_line_id,
        erp_system,
        document_type,
        document_id,
        document_line_id,
        allocation_key
    from coded
)

select * from final
