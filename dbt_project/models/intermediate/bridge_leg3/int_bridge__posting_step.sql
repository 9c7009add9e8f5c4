-- one row per step from net billing to ledger revenue that a posting itself explains: a bill line
-- by its account, revenue without a bill; before any definition set names it
{%- set line_columns = ['erp_system', 'document_type', 'document_id', 'document_line_id'] %}
with billing_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided
),

ledger_line as (
    select * from {{ ref('int_erp__ledger_line') }}
    where is_posting
),

posting as (
    select
        erp_system,
        journal_document_id,
        journal_line_id
    from {{ ref('int_revenue__plan_line') }}
    where is_posted
    group by erp_system, journal_document_id, journal_line_id
),

variable_posting as (
    select
        erp_system,
        document_id,
        document_line_id
    from {{ ref('int_revenue__variable_posting') }}
    group by erp_system, document_id, document_line_id
),

employee as (
    {{ union_systems(var('erp_systems'), 'employee') }}
),

-- bill lines by the account that they were posted to
bill_step as (
    select
        case
            when ledger_line.document_id is null then 'not_in_ledger'
            when ledger_line.account_class = 'revenue' then 'posted_revenue'
            when ledger_line.account_class = 'cost' then 'pass_through'
            else 'not_revenue'
        end as step,
        bill.entity,
        bill.currency,
        bill.period,
        bill.period as counter_period,
        case when ledger_line.account_class = 'revenue' then ledger_line.amount else 0 end
        - bill.amount as amount,
        bill.minor_unit,
        case
            when ledger_line.document_id is null then ''
            when bill.is_intercompany then 'intercompany'
            when ledger_line.account_class = 'revenue' then ''
            else coalesce(ledger_line.account_name, ledger_line.account_id)
        end as reason,
        bill.erp_system,
        bill.document_type,
        bill.document_id,
        bill.document_line_id,
        '' as allocation_key
    from billing_line as bill
    left join ledger_line
        on
            bill.erp_system = ledger_line.erp_system
            and bill.document_id = ledger_line.document_id
            and bill.document_line_id = ledger_line.document_line_id
    left join variable_posting
        on
            bill.erp_system = variable_posting.erp_system
            and bill.document_id = variable_posting.document_id
            and bill.document_line_id = variable_posting.document_line_id
    where
        variable_posting.document_id is null
        and (
            ledger_line.document_id is null
            or ledger_line.account_class not in ('deferred_revenue', 'contract_asset')
        )
),

-- revenue postings that are neither a bill line nor the recognition of an obligation
other_posting as (
    select
        case
            -- taken on the payment of the bill and posted against revenue
            when
                ledger_line.document_type = 'payment'
                and ledger_line.settlement_purpose = 'discount'
                then 'settlement_discount'
            when ledger_line.document_type <> 'journal' then 'revenue_without_bill'
            else 'manual_journal'
        end as step,
        ledger_line.entity,
        ledger_line.currency,
        ledger_line.period,
        ledger_line.period as counter_period,
        ledger_line.amount,
        ledger_line.minor_unit,
        concat_ws(
            ': ',
            coalesce(employee.employee_name, 'unknown user'),
            ledger_line.memo,
            case
                when ledger_line.reverses_document_id is not null
                    then 'paired with ' || ledger_line.reverses_document_id
            end
        ) as reason,
        ledger_line.erp_system,
        ledger_line.document_type,
        ledger_line.document_id,
        ledger_line.document_line_id,
        '' as allocation_key
    from ledger_line
    left join billing_line as bill
        on
            ledger_line.erp_system = bill.erp_system
            and ledger_line.document_id = bill.document_id
            and ledger_line.document_line_id = bill.document_line_id
    left join posting
        on
            ledger_line.erp_system = posting.erp_system
            and ledger_line.document_id = posting.journal_document_id
            and ledger_line.document_line_id = posting.journal_line_id
    left join variable_posting
        on
            ledger_line.erp_system = variable_posting.erp_system
            and ledger_line.document_id = variable_posting.document_id
            and ledger_line.document_line_id = variable_posting.document_line_id
    left join employee
        on
            ledger_line.erp_system = employee.source_system
            and ledger_line.employee_id = employee.employee_id
    where
        ledger_line.account_class = 'revenue'
        and bill.document_id is null
        and variable_posting.document_id is null
        and posting.journal_document_id is null
        and not (
            ledger_line.document_type = 'journal' and ledger_line.revenue_element_id is not null
        )
),

final as (
    {% for relation in ['bill_step', 'other_posting'] -%}
    select
        step,
        entity,
        currency,
        period,
        counter_period,
        cast(amount as decimal(28, 4)) as amount,
        minor_unit,
        reason,
        {{ line_columns | join(', ') }},
        allocation_key
    from {{ relation }}
    where amount <> 0
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
)

select * from final
