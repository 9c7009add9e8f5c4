-- one row per contract, entity, currency and month in which one of its balances moved: what was
-- billed and became revenue, and what the ledger posted; contract '' is what names none
{%- set key = ['erp_system', 'contract_id', 'entity', 'currency', 'period'] %}
{%- set measures = [
    'billed', 'interest', 'recognised', 'receivable', 'ledger_receivable', 'ledger_liability',
    'ledger_asset'
] %}
with recognition as (
    {{ under_primary_policy('int_revenue__recognition') }}
),

obligation as (
    {{ under_primary_policy('int_revenue__policy_obligation') }}
),

recognised as (
    select
        recognition.*,
        coalesce(obligation.contract_id, '') as contract_id
    from recognition
    left join obligation
        on
            recognition.erp_system = obligation.erp_system
            and recognition.obligation_id = obligation.obligation_id
    -- interest is no revenue
    where recognition.kind <> 'financing'
),

bill_contract as (select * from {{ ref('int_revenue__bill_contract') }}),

interest as (select * from {{ ref('int_revenue__interest') }}),

balance_movement as (
    select * from {{ ref('int_revenue__balance_movement') }}
    where kind = 'ledger'
),

receivable_movement as (select * from {{ ref('int_revenue__receivable_movement') }}),

movement as (
    {% for relation, amounts in [
        ('bill_contract', {'billed': 'amount'}),
        ('interest', {'interest': 'amount'}),
        ('recognised', {'recognised': 'amount'}),
        ('receivable_movement', {'receivable': 'amount', 'ledger_receivable': 'ledger_amount'}),
        ('balance_movement', {
            'ledger_liability': "case balance when 'deferred_revenue' then amount end",
            'ledger_asset': "case balance when 'contract_asset' then amount end",
        }),
    ] -%}
    select
        {%- for measure in measures %}
        {{ amounts.get(measure, 'null') }} as {{ measure }},
        {%- endfor %}
        {{ key | join(', ') }}
    from {{ relation }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

final as (
    select
        {%- for measure in measures %}
        cast(coalesce(sum({{ measure }}), 0) as decimal(28, 4)) as {{ measure }},
        {%- endfor %}
        {{ key | join(', ') }}
    from movement
    group by {{ key | join(', ') }}
)

select * from final
