-- one row per posting line, balance (deferred revenue or contract asset) that it moves and kind of
-- movement; a recognition posted in another cell than its obligation's also moves between the two
{%- set document = ['erp_system', 'document_id'] %}
{%- set posting = ['document_type', 'document_id', 'document_line_id'] %}
{%- set sign = "case account_class when 'contract_asset' then -1 else 1 end" %}
with ledger_line as (
    select * from {{ ref('int_erp__ledger_line') }}
    where
        is_posting
        and account_class in ('revenue', 'deferred_revenue', 'contract_asset')
),

bill_line as (
    select * from {{ ref('int_revenue__bill_contract') }}
),

obligation as (select * from {{ ref('int_revenue__obligation') }}),

planned_posting as (
    select
        erp_system,
        journal_document_id as document_id,
        journal_line_id as document_line_id,
        max(obligation_id) as obligation_id,
        sum(amount) as planned_amount
    from {{ ref('int_revenue__plan_line') }}
    where is_posted
    group by erp_system, journal_document_id, journal_line_id
),

stated as (
    select
        ledger_line.*,
        bill_line.amount as billed_amount,
        bill_line.contract_id as billed_contract_id,
        planned_posting.planned_amount,
        coalesce(
            planned_posting.obligation_id, bill_line.obligation_id, ledger_line.revenue_element_id
        ) as stated_obligation_id,
        ledger_line.account_class = 'revenue' and (
            planned_posting.document_id is not null
            or (
                ledger_line.document_type = 'journal'
                and ledger_line.revenue_element_id is not null
            )
        ) as is_recognition
    from ledger_line
    left join bill_line
        on
            ledger_line.erp_system = bill_line.erp_system
            and ledger_line.document_id = bill_line.document_id
            and ledger_line.document_line_id = bill_line.document_line_id
    left join planned_posting
        on
            ledger_line.erp_system = planned_posting.erp_system
            and ledger_line.document_id = planned_posting.document_id
            and ledger_line.document_line_id = planned_posting.document_line_id
),

journal as (
    select
        {{ document | join(', ') }},
        bool_or(is_recognition) as is_recognition_journal,
        min(stated_obligation_id) as first_obligation_id,
        max(stated_obligation_id) as last_obligation_id,
        count(distinct case when account_class <> 'revenue' then entity end) as entities,
        sum(case when account_class <> 'revenue' then amount else 0 end) as balance_amount
    from stated
    where billed_amount is null
    group by {{ document | join(', ') }}
),

-- a line that names no obligation is about the only one of its journal
line as (
    select
        stated.*,
        obligation.obligation_id,
        coalesce(stated.billed_contract_id, obligation.contract_id, '') as contract_id,
        obligation.entity as home_entity,
        obligation.currency as home_currency,
        coalesce(journal.is_recognition_journal, false) as is_recognition_journal,
        case
            when stated.billed_amount is not null then 'billed'
            when journal.is_recognition_journal then 'recognised'
            when stated.document_type = 'currency_revaluation' then 'revalued'
            when journal.balance_amount <> 0 then 'adjusted'
            when journal.entities > 1 then 'moved'
            else 'reclassified'
        end as kind
    from stated
    left join journal
        on
            stated.erp_system = journal.erp_system
            and stated.document_id = journal.document_id
    left join obligation
        on
            stated.erp_system = obligation.erp_system
            and coalesce(
                stated.stated_obligation_id,
                case
                    when journal.first_obligation_id = journal.last_obligation_id
                        then journal.first_obligation_id
                end
            ) = obligation.obligation_id
),

-- what a journal recognises leaves deferred revenue, except for what it takes to contract assets
recognised as (
    {% for balance, condition in [
        ('deferred_revenue', "(is_recognition or account_class = 'contract_asset')"),
        ('contract_asset', "account_class = 'contract_asset'"),
    ] -%}
    select
        *,
        '{{ balance }}' as balance,
        -amount as moved_amount,
        -- in the obligation's own currency; only the plan knows it where the posting has another
        case when home_currency = currency then -amount else -planned_amount end as home_amount,
        case
            when obligation_id is null or home_entity = 'unassigned' then 'recognised'
            when home_currency <> currency then 'fx'
            when home_entity <> entity then 'moved'
            else 'recognised'
        end as hop
    from line
    where is_recognition_journal and billed_amount is null and {{ condition }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

movement as (
    {% for cell, kind, amount, condition in [
        ('', "'recognised'", 'moved_amount', "hop = 'recognised'"),
        ('home_', "'recognised'", 'home_amount', "hop <> 'recognised'"),
        ('home_', 'hop', '-home_amount', "hop <> 'recognised'"),
        ('', 'hop', 'moved_amount', "hop <> 'recognised'"),
    ] -%}
    select
        erp_system,
        contract_id,
        obligation_id,
        {{ cell }}entity as entity,
        {{ cell }}currency as currency,
        period,
        balance,
        {{ kind }} as kind,
        {{ amount }} as amount,
        {{ posting | join(', ') }}
    from recognised
    where {{ condition }}
    union all
    {% endfor -%}
    {% for kind, amount, condition in [
        ('kind', "coalesce(billed_amount, amount)", "kind <> 'recognised'"),
        ("'ledger'", 'amount', 'true'),
    ] -%}
    select
        erp_system,
        contract_id,
        obligation_id,
        entity,
        currency,
        period,
        account_class as balance,
        {{ kind }} as kind,
        {{ sign }} * {{ amount }} as amount,
        {{ posting | join(', ') }}
    from line
    where account_class <> 'revenue' and {{ condition }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

final as (
    select
        * exclude (amount),
        cast(amount as decimal(28, 4)) as amount
    from movement
    where amount <> 0
)

select * from final
