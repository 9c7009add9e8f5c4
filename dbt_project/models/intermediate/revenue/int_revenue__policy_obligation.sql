-- one row per revenue policy and performance obligation: stated by the ERP, or an order or bill
-- line without one of which the policy says when it becomes revenue
{%- set attributes = ['recognition', 'free_months', 'is_distinct'] %}
{%- set shared = [
    'obligation_source', 'contract_id', 'contract_line_id', 'entity', 'currency', 'minor_unit',
    'erp_customer_id',
    'item_id', 'sku', 'item_class', 'item_type', 'order_id', 'order_line_id', 'quantity',
    'sales_amount', 'amount', 'stand_alone_amount', 'inception_date', 'added_on',
    'recognition_rule', 'start_date', 'end_date'
] %}
with obligation as (select * from {{ ref('int_revenue__obligation') }}),

order_line as (select * from {{ ref('int_erp__order_line') }}),

billing_line as (select * from {{ ref('int_erp__billing_line') }}),

policy as (
    {{ revenue_policies() }}
),

rule as (select * from {{ source('definitions', 'revenue_policy_rule') }}),

line as (
    {% for relation, kind, document, condition in [
        ('order_line', 'order', 'order', 'is_released and not is_cancelled'),
        ('billing_line', 'bill', 'document', 'is_posting and order_id is null'),
    ] -%}
    select
        erp_system,
        '{{ kind }} ' || {{ document }}_id || ':' || {{ document }}_line_id as obligation_id,
        '{{ relation }}' as obligation_source,
        {{ document }}_id as contract_id,
        {{ document }}_line_id as contract_line_id,
        entity,
        currency,
        minor_unit,
        erp_customer_id,
        item_id,
        sku,
        item_class,
        item_type,
        order_id,
        order_line_id,
        quantity,
        amount as sales_amount,
        amount,
        cast(null as decimal(28, 4)) as stand_alone_amount,
        {{ document }}_date as inception_date,
        {{ document }}_date as added_on,
        cast(null as {{ dbt.type_string() }}) as recognition_rule,
        cast(null as date) as start_date,
        cast(null as date) as end_date
    from {{ relation }}
    where {{ condition }} and not is_voided and revenue_element_id is null and amount <> 0
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

-- what an element stands for is no obligation beside it
unstated as (
    select line.*
    from line
    left join obligation
        on {{ same_keys('line', 'obligation', ['erp_system', 'order_id', 'order_line_id']) }}
    where obligation.obligation_id is null
),

candidate as (
    {% for relation in ['obligation', 'unstated'] -%}
    select
        erp_system,
        obligation_id,
        {{ shared | join(', ') }}
    from {{ relation }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

-- per attribute, the lowest priority that holds and states it wins
matched as (
    select
        {% for attribute in attributes -%}
        substr(min(
            case
                when rule.{{ attribute }} is not null
                    then
                        lpad(cast(rule.priority as {{ dbt.type_string() }}), 9, '0')
                        || cast(rule.{{ attribute }} as {{ dbt.type_string() }})
            end
        ), 10) as {{ attribute }},
        {% endfor -%}
        rule.policy_id,
        candidate.erp_system,
        candidate.obligation_id
    from candidate
    inner join rule on {{ policy_rule_matches('rule', 'candidate') }}
    group by rule.policy_id, candidate.erp_system, candidate.obligation_id
),

final as (
    select
        policy.policy_id,
        candidate.erp_system,
        candidate.obligation_id,
        {%- for column in shared %}
        candidate.{{ column }},
        {%- endfor %}
        coalesce(matched.recognition, 'as_stated') as policy_recognition,
        coalesce(matched.free_months, 'as_billed') as free_months,
        cast(matched.is_distinct as boolean) as is_distinct
    from candidate
    cross join policy
    left join matched
        on
            policy.policy_id = matched.policy_id
            and candidate.erp_system = matched.erp_system
            and candidate.obligation_id = matched.obligation_id
    where
        candidate.obligation_source not in ('order_line', 'billing_line')
        -- without an obligation, revenue is what is billed: as the ERP does it
        or matched.recognition not in ('as_stated', 'invoice')
)

select * from final
