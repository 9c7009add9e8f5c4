-- one row per revenue policy, obligation and bill line that transfers part of its amount between
-- the obligations of a contract: from those billed above their allocated price to those below it
{%- set key = ['policy_id', 'erp_system', 'contract_id', 'entity', 'currency', 'minor_unit'] %}
{%- set part = key + ['obligation_id'] %}
{%- set line_columns = [
    'period', 'event_key', 'document_type', 'document_id', 'document_line_id'
] %}
with billed as (select * from {{ ref('int_revenue__billed') }}),

obligation as (select * from {{ ref('int_revenue__obligation') }}),

version as (select * from {{ ref('int_revenue__obligation_version') }}),

policy as (
    {{ revenue_policies() }}
),

-- what was agreed at first, and what the last modification made of it
agreement as (
    select
        policy_id,
        erp_system,
        obligation_id,
        treatment = 'agreed' as is_first,
        sales_amount,
        amount,
        {{ month_start('effective_on') }} as effective_month,
        row_number() over (
            partition by policy_id, erp_system, obligation_id, treatment = 'agreed'
            order by version_number desc
        ) as newest_first
    from version
),

priced as (
    select
        policy.policy_id,
        obligation.erp_system,
        obligation.contract_id,
        obligation.entity,
        obligation.currency,
        obligation.minor_unit,
        obligation.obligation_id,
        {{ to_minor('obligation.price_adjustment', 'obligation.minor_unit') }} as adjustment_units,
        -- what a modification added was nothing before
        {%- for column, measure, agreement in [
            ('first_sales_units', 'sales_amount', 'first'), ('first_units', 'amount', 'first'),
            ('last_sales_units', 'sales_amount', 'last'), ('last_units', 'amount', 'last'),
        ] %}
        {{ to_minor(
            'coalesce(' ~ (agreement ~ '.' ~ measure ~ ', ')
            ~ ('first.' ~ measure ~ ', ' if agreement == 'last'
                else 'case when last.obligation_id is not null then 0 end, ')
            ~ 'obligation.' ~ measure ~ ')', 'obligation.minor_unit'
        ) }} as {{ column }},
        {%- endfor %}
        max(last.effective_month) over contract as effective_month
    from obligation
    cross join policy
    {%- for name, is_first in [('first', 'is_first'), ('last', 'not is_first')] %}
    left join agreement as {{ name }}
        on
            policy.policy_id = {{ name }}.policy_id
            and obligation.erp_system = {{ name }}.erp_system
            and obligation.obligation_id = {{ name }}.obligation_id
            and {{ is_first | replace('is_first', name ~ '.is_first') }}
            and {{ name }}.newest_first = 1
    {%- endfor %}
    window contract as (
        partition by
            policy.policy_id, obligation.erp_system, obligation.contract_id, obligation.entity,
            obligation.currency, obligation.minor_unit
    )
),

-- a contract in which every obligation is billed at its price transfers nothing
reallocated_contract as (
    select {{ key | join(', ') }}
    from priced
    where
        first_sales_units + adjustment_units <> first_units
        or last_sales_units + adjustment_units <> last_units
    group by {{ key | join(', ') }}
),

agreed as (
    select
        priced.*,
        priced.first_sales_units as open_units,
        priced.first_sales_units + priced.adjustment_units - priced.first_units as surplus_units
    from priced
    inner join reallocated_contract
        on {{ same_keys('priced', 'reallocated_contract', key) }}
),

bill as (
    select
        agreed.{{ key | join(', agreed.') }},
        agreed.obligation_id,
        agreed.effective_month,
        {{ to_minor('billed.amount', 'agreed.minor_unit') }} as billed_units,
        billed.{{ line_columns | join(', billed.') }}
    from billed
    inner join agreed
        on {{ same_keys('billed', 'agreed',
            ['policy_id', 'erp_system', 'obligation_id', 'entity', 'currency']) }}
),

bill_before as (
    select * from bill
    where effective_month is null or period < effective_month
),

transfer_before as (
    {{ reallocated('bill_before', 'agreed', key, line_columns) }}
),

billed_before as (
    select {{ key | join(', ') }}, obligation_id, sum(billed_units) as billed_units
    from bill_before
    group by {{ key | join(', ') }}, obligation_id
),

given_before as (
    select {{ key | join(', ') }}, obligation_id, sum(transfer_units) as transfer_units
    from transfer_before
    group by {{ key | join(', ') }}, obligation_id
),

-- a modification is settled out of what is still to be billed; where all is billed, at once
modified as (
    select
        agreed.* exclude (open_units, surplus_units),
        agreed.last_sales_units - coalesce(billed_before.billed_units, 0) as unbilled_units,
        case
            when agreed.last_sales_units = coalesce(billed_before.billed_units, 0) then 1
            else agreed.last_sales_units - coalesce(billed_before.billed_units, 0)
        end as open_units,
        agreed.last_sales_units + agreed.adjustment_units
        + coalesce(given_before.transfer_units, 0) - agreed.last_units as surplus_units
    from agreed
    left join billed_before on {{ same_keys('agreed', 'billed_before', part) }}
    left join given_before on {{ same_keys('agreed', 'given_before', part) }}
    where agreed.effective_month is not null
),

last_bill as (
    select
        *,
        row_number() over (
            partition by {{ key | join(', ') }}, obligation_id order by period desc, event_key desc
        ) as newest_first
    from bill_before
),

bill_after as (
    select {{ key | join(', ') }}, obligation_id, billed_units, {{ line_columns | join(', ') }}
    from bill
    where period >= effective_month
    union all
    select
        modified.{{ part | join(', modified.') }},
        1 as billed_units,
        modified.effective_month as period,
        'modified ' || last_bill.event_key as event_key,
        last_bill.document_type,
        last_bill.document_id,
        last_bill.document_line_id
    from modified
    inner join last_bill on {{ same_keys('modified', 'last_bill', part) }}
    where modified.unbilled_units = 0 and last_bill.newest_first = 1
),

transfer_after as (
    {{ reallocated('bill_after', 'modified', key, line_columns) }}
),

transfer as (
    select * from transfer_before
    union all
    select * from transfer_after
),

final as (
    select
        {{ key | join(', ') }},
        obligation_id,
        {{ money(from_minor('transfer_units', 'minor_unit')) }} as amount,
        period,
        -- a bill's price may go to several obligations, and each may wait
        'allocation ' || event_key || ' of ' || obligation_id as event_key,
        document_type,
        document_id,
        document_line_id
    from transfer
    where transfer_units <> 0
)

select * from final
