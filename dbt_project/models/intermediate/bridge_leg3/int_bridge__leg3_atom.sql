-- one row per definition set and atom of leg 3: what turns net billings into revenue, as the
-- definition's revenue event of the month has it (invoice_posted: nothing)
with schedule_step as (select * from {{ ref('int_bridge__schedule_step') }}),

variable_step as (select * from {{ ref('int_bridge__variable_step') }}),

posting_step as (select * from {{ ref('int_bridge__posting_step') }}),

cash_step as (select * from {{ ref('int_revenue__cash_step') }}),

definition_period as (select * from {{ ref('int_bridge__definition_period') }}),

step as (
    {% for relation, revenue_event, condition in [
        ('schedule_step', 'ledger', 'true'),
        ('variable_step', 'ledger', 'true'),
        ('posting_step', 'ledger', 'true'),
        ('cash_step', 'ledger', "step = 'pending'"),
        ('cash_step', 'invoice_paid', 'not is_cash_only'),
    ] -%}
    select
        '{{ revenue_event }}' as revenue_event,
        {{ 'policy_id' if relation == 'schedule_step' else 'null as policy_id' }},
        step,
        entity,
        currency,
        period,
        counter_period,
        amount,
        {{ 'cast(null as integer) as minor_unit' if relation == 'cash_step' else 'minor_unit' }},
        reason,
        erp_system,
        document_type,
        document_id,
        document_line_id,
        allocation_key
    from {{ relation }}
    where {{ condition }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

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
        on
            step.period = setting.period
            and step.revenue_event = setting.revenue_event
            and coalesce(step.policy_id, setting.policy_id) = setting.policy_id
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
            when step = 'reallocated' then '3.04'
            when step = 'catch_up' then '3.07'
            when step in ('entity_left', 'entity_reached') then '3.12'
            when revenue_event = 'ledger' and step in ('currency_left', 'currency_reached')
                then '3.11'
            when step in ('earned', 'earned_billed', 'earned_reversed') then '3.03'
            when step = 'paid' and period < counter_period then '3.03'
            when step = 'billed' and counter_period < period then '3.03'
            when step in ('released', 'paid') and not is_same_quarter then '3.02'
            when step in ('released', 'paid', 'billed') then '3.01'
            when step in ('deferred', 'deferred_again', 'deferral_credited') then '3.01'
            when step in ('settled', 'open', 'credited', 'credit_memo', 'refund_paid') then '3.01'
            -- billed and never paid: it lessens what the bill was worth
            when
                revenue_event = 'invoice_paid'
                and step in (
                    'discount', 'write_off', 'chargeback', 'fee', 'allowance', 'realised_fx',
                    'refund', 'credit_tax'
                )
                then '3.06'
            when step in ('settlement_discount', 'variable') then '3.06'
            when step = 'pass_through' then '3.05'
            when step = 'manual_journal' then '3.08'
            when step in ('not_revenue', 'financing') then '3.09'
            when
                step in (
                    'posting_difference', 'plan_difference', 'variable_difference', 'posted_revenue'
                )
                and is_within_tolerance
                then '3.13'
            when
                step in (
                    'posting_difference', 'plan_difference', 'variable_difference',
                    'schedule_gap', 'pending'
                )
                then '3.10'
            else '3.99'
        end as line_code
    from defined
),

final as (
    select
        definition_id,
        3 as leg,
        line_code,
        case when line_code = '3.99' and reason = '' then step else reason end as line_detail,
        step,
        entity,
        currency,
        period,
        amount,
        case
            when line_code = '3.99' then 'E'
            when step in ('not_revenue', 'pass_through') then 'B'
            else 'A'
        end as evidence_grade,
        case
            when line_code = '3.99' then 'nothing explains it'
            when revenue_event = 'invoice_paid' then 'cash applied to the invoice'
            when line_code = '3.13'
                then 'within the rounding tolerance of the schedule, plan or bill'
            when step = 'variable_difference' then 'refund liability expected against posted'
            when line_code = '3.10' then 'our schedule against the revenue plan and the ledger'
            when line_code = '3.04' then 'allocated price of each obligation against its bills'
            when line_code = '3.07' then 'modification of the contract, recognised at once'
            when line_code = '3.12' then 'entity of the obligation, of its bill and of its posting'
            when line_code = '3.11' then 'currency of the obligation and of its posting'
            when step = 'variable' then 'what the customer is expected to get back'
            when step = 'financing' then 'interest of a significant financing component'
            when step = 'manual_journal' then 'journal on revenue without an obligation'
            when step in ('not_revenue', 'pass_through') then 'account of the bill line'
            else 'running totals of the obligation, billed against scheduled'
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
