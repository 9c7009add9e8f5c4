-- one row per contract, entity, currency and month in which more or less was owed for it, tax
-- included; contract '' is what no contract with a balance bills, and credits and cash not applied
{%- set invoice = ['erp_system', 'invoice_id', 'entity'] %}
with settled as (
    select
        *,
        -- what is owed for the invoice before this settles it: the open rest comes last
        sum(gross_amount) over (
            partition by {{ invoice | join(', ') }}
            order by
                case when slice_type = 'open' then 0 else 1 end,
                settlement_period desc,
                settlement_id desc,
                slice_type desc
            rows between unbounded preceding and current row
        ) as owed_before,
        -- whole minor units, unless the source itself has finer amounts
        case
            when
                max(
                    abs({{ ten_thousandths('gross_amount') }})
                    % {{ minor_unit_granule('minor_unit') }}
                ) over (partition by {{ invoice | join(', ') }}) = 0
                then {{ minor_unit_granule('minor_unit') }}
            else 1
        end as granule
    from {{ ref('int_revenue__cash_slice') }}
    where is_billed
),

bill_line as (
    select * from {{ ref('int_erp__billing_line') }}
    where is_posting and not is_voided and document_type = 'invoice'
),

bill_contract as (select * from {{ ref('int_revenue__bill_contract') }}),

ledger_line as (
    select * from {{ ref('int_erp__ledger_line') }}
    where is_posting and account_class = 'receivable'
),

-- an invoice over several contracts is owed in the proportion of their lines
share as (
    select
        bill_line.erp_system,
        bill_line.document_id as invoice_id,
        bill_line.entity,
        coalesce(bill_contract.contract_id, '') as contract_id,
        sum(abs({{ ten_thousandths('bill_line.amount') }})) as size
    from bill_line
    left join bill_contract
        on
            bill_line.erp_system = bill_contract.erp_system
            and bill_line.document_id = bill_contract.document_id
            and bill_line.document_line_id = bill_contract.document_line_id
    group by
        bill_line.erp_system, bill_line.document_id, bill_line.entity,
        coalesce(bill_contract.contract_id, '')
),

share_running as (
    select
        *,
        sum(size) over (
            partition by {{ invoice | join(', ') }} order by contract_id
            rows between unbounded preceding and current row
        ) as to_share,
        sum(size) over (partition by {{ invoice | join(', ') }}) as shares,
        row_number() over (partition by {{ invoice | join(', ') }} order by contract_id) as place
    from share
),

-- an invoice, and each settlement of it: from one running total of what is owed for it to the next
event as (
    select
        erp_system,
        invoice_id,
        entity,
        max(currency) as currency,
        max(granule) as granule,
        max(invoice_period) as period,
        false as is_settlement,
        0 as from_total,
        sum(gross_amount) as to_total
    from settled
    group by erp_system, invoice_id, entity
    union all
    select
        erp_system,
        invoice_id,
        entity,
        currency,
        granule,
        settlement_period as period,
        true as is_settlement,
        owed_before as from_total,
        owed_before - gross_amount as to_total
    from settled
    where slice_type <> 'open'
),

parted as (
    select
        event.erp_system,
        coalesce(share_running.contract_id, '') as contract_id,
        event.entity,
        event.currency,
        event.period,
        event.is_settlement,
        case
            when coalesce(share_running.size = share_running.shares, true)
                then event.to_total - event.from_total
            {%- set parts = [] %}
            {%- for total in ['to_total', 'from_total'] %}
            {%- for bound in ['to_share', 'to_share - share_running.size'] %}
            {%- do parts.append(scale_whole(
                ten_thousandths('event.' ~ total), '(share_running.' ~ bound ~ ')',
                'share_running.shares', 'event.granule'
            )) %}
            {%- endfor %}
            {%- endfor %}
            else {{ from_ten_thousandths(
                parts[0] ~ ' - ' ~ parts[1] ~ ' - ' ~ parts[2] ~ ' + ' ~ parts[3]
            ) }}
        end as amount
    from event
    left join share_running
        on
            event.erp_system = share_running.erp_system
            and event.invoice_id = share_running.invoice_id
            and event.entity = share_running.entity
            -- an invoice of nothing is nobody's
            and (share_running.shares > 0 or share_running.place = 1)
),

posted as (
    select
        erp_system,
        '' as contract_id,
        entity,
        currency,
        period,
        document_type <> 'invoice' as is_settlement,
        -amount as amount
    from ledger_line
),

-- what settles invoices is posted as credit or cash, which is no contract's before it is applied;
-- what an invoice posts beside its own lines and tax is the ledger's alone
movement as (
    {% for contract, amount, ledger_amount, relation, condition in [
        ('contract_id', 'amount', 'amount', 'parted', 'true'),
        ("''", '-amount', '-amount', 'parted', 'is_settlement'),
        ("''", 'amount', 'amount', 'posted', 'is_settlement'),
        ("''", '0', '-amount', 'parted', 'not is_settlement'),
        ("''", '0', 'amount', 'posted', 'not is_settlement'),
    ] -%}
    select
        erp_system,
        {{ contract ~ ' as contract_id' if contract != 'contract_id' else contract }},
        entity,
        currency,
        period,
        {{ amount ~ ' as amount' if amount != 'amount' else amount }},
        {{ ledger_amount }} as ledger_amount
    from {{ relation }}
    where {{ condition }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

final as (
    select
        erp_system,
        contract_id,
        entity,
        currency,
        period,
        cast(sum(amount) as decimal(28, 4)) as amount,
        cast(sum(ledger_amount) as decimal(28, 4)) as ledger_amount
    from movement
    group by erp_system, contract_id, entity, currency, period
    having sum(amount) <> 0 or sum(ledger_amount) <> 0
)

select * from final
