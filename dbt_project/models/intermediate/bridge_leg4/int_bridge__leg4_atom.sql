-- one row per definition set and atom of leg 4: what turns net billings into cash
with definition_period as (select * from {{ ref('int_bridge__definition_period') }}),

coded as (
    select
        step.*,
        setting.definition_id,
        case
            when
                step.step = 'paid'
                and step.period > step.counter_period
                and setting.fiscal_quarter <> counter.fiscal_quarter
                then '4.02'
            when step.step in ('billed', 'paid', 'open', 'credited', 'credit_memo', 'pending')
                then '4.01'
            when step.step = 'tax' then '4.03'
            else '4.99'
        end as line_code
    from {{ ref('int_revenue__cash_step') }} as step
    inner join definition_period as setting
        on step.period = setting.period
    left join definition_period as counter
        on
            setting.definition_id = counter.definition_id
            and step.counter_period = counter.period
    where step.step <> 'pending' or setting.net_pending
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
            when step in ('credited', 'credit_memo', 'pending') then 'credit in place of cash'
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
