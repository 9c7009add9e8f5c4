-- one row per definition set and atom of leg 4: what turns net billings into cash
with step as (select * from {{ ref('int_revenue__cash_step') }}),

definition_period as (select * from {{ ref('int_bridge__definition_period') }}),

defined as (
    select
        step.*,
        setting.definition_id,
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
            when step = 'paid' and not is_same_quarter and period > counter_period then '4.02'
            when step in ('billed', 'paid') then '4.01'
            when step in ('open', 'credited', 'credit_memo', 'pending') then '4.01'
            when step = 'tax' then '4.03'
            else '4.99'
        end as line_code
    from defined
),

final as (
    select
        definition_id,
        4 as leg,
        line_code,
        reason as line_detail,
        step,
        entity,
        currency,
        period,
        cast(amount as decimal(28, 4)) as amount,
        case when line_code = '4.99' then 'E' else 'A' end as evidence_grade,
        case
            when line_code = '4.99' then 'nothing explains it'
            when step = 'tax' then 'tax share of the payment by largest remainder'
            when step = 'open' then 'invoice less what was applied to it'
            when step in ('credited', 'credit_memo') then 'credit memo settles a receivable'
            when step = 'pending' then 'credit not posted yet'
            else 'cash applied to the invoice'
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
