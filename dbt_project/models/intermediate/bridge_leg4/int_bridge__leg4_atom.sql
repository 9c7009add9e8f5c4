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
            when step.step in ('billed', 'paid', 'settled', 'open', 'credited', 'pending')
                then '4.01'
            when step.step in ('credit_memo', 'refund_paid', 'unapplied_out') then '4.01'
            when step.step in ('tax', 'credit_tax') then '4.03'
            when step.step = 'discount' then '4.04'
            when step.step = 'write_off' then '4.05'
            when step.step in ('chargeback', 'fee', 'allowance') then '4.06'
            when step.step in ('unapplied', 'unbilled') then '4.07'
            when step.step = 'refund' then '4.08'
            when step.step in ('realised_fx', 'currency_left', 'currency_right') then '4.09'
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
        case
            when line_code = '4.99' then 'E'
            when step in ('unapplied', 'unapplied_out', 'currency_left', 'currency_right') then 'B'
            when
                line_code between '4.04' and '4.09'
                and document_type in ('journal', 'currency_revaluation')
                then 'B'
            else 'A'
        end as evidence_grade,
        case
            when line_code = '4.99' then 'nothing explains it'
            when step = 'tax' then 'tax share of the payment by largest remainder'
            when step = 'credit_tax' then 'tax share of the credit against that of the invoice'
            when step = 'open' then 'invoice less what was applied to it'
            when step in ('credited', 'credit_memo', 'pending') then 'credit in place of cash'
            when step in ('refund', 'refund_paid') then 'refund applied to the credit'
            when step in ('unapplied', 'unapplied_out')
                then 'cash of the customer that is applied to nothing, oldest first'
            when step = 'unbilled' then 'cash applied to a bill that does not count'
            when step in ('currency_left', 'currency_right')
                then 'cash of the payment shared over the invoices it settles'
            when document_type in ('journal', 'currency_revaluation') and step <> 'paid'
                then 'journal applied to the invoice, by its account'
            when step = 'discount' then 'discount taken on the payment'
            when step = 'settled' then 'settled without cash'
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
