-- one row per revenue policy and difference between our schedule, the ERP's plan and the postings
-- of an obligation: what it adds to the revenue of the cell
{%- set obligation = ['erp_system', 'obligation_id'] %}
{%- set line_columns = ['document_type', 'document_id', 'document_line_id'] %}
with plan_difference as (select * from {{ ref('int_revenue__plan_difference') }}),

plan_line as (
    select
        *,
        'plan ' || revenue_plan_id || ':' || cast(line_number as {{ dbt.type_string() }})
            as difference_key,
        'revenue_plan' as document_type,
        revenue_plan_id as document_id,
        cast(line_number as {{ dbt.type_string() }}) as document_line_id
    from {{ ref('int_revenue__plan_line') }}
),

plan_posting as (
    select
        *,
        'plan ' || revenue_plan_id || ':' || cast(line_number as {{ dbt.type_string() }})
            as difference_key,
        'journal' as document_type,
        journal_document_id as document_id,
        journal_line_id as document_line_id
    from {{ ref('int_revenue__plan_posting') }}
),

scheduled_obligation as (
    {{ scheduled_obligations() }}
),

policy as (
    {{ revenue_policies() }}
),

unplanned as (
    select
        posting.*,
        policy.policy_id,
        posting.obligation_id as difference_key,
        posting.has_plan and scheduled_obligation.obligation_id is not null as is_beside_plan
    from {{ ref('int_revenue__unplanned_posting') }} as posting
    cross join policy
    left join scheduled_obligation
        on
            policy.policy_id = scheduled_obligation.policy_id
            and posting.erp_system = scheduled_obligation.erp_system
            and posting.obligation_id = scheduled_obligation.obligation_id
),

-- what a posting does to the plan: period, then entity, then currency, then amount
posted as (
    {% for relation, cause, side, cell, period, amount, condition in [
        ('plan_line', 'unposted', '', 'plan', 'period', '-amount', 'is_overdue'),
        ('plan_posting', 'wrong_period', 'left', 'plan', 'period', '-amount',
         'period <> posted_period'),
        ('plan_posting', 'wrong_period', 'reached', 'plan', 'posted_period', 'amount',
         'period <> posted_period'),
        ('plan_posting', 'other_entity', 'left', 'plan', 'posted_period', '-amount',
         'entity <> posted_entity'),
        ('plan_posting', 'other_entity', 'reached', 'entity', 'posted_period', 'amount',
         'entity <> posted_entity'),
        ('plan_posting', 'other_currency', 'left', 'entity', 'posted_period', '-amount',
         'currency <> posted_currency'),
        ('plan_posting', 'other_currency', 'reached', 'posting', 'posted_period',
         'carried_amount', 'currency <> posted_currency'),
        ('plan_posting', 'amount', '', 'posting', 'posted_period',
         'posted_amount - carried_amount', 'true'),
    ] -%}
    select
        {{ obligation | join(', ') }},
        {{ 'entity' if cell == 'plan' else 'posted_entity as entity' }},
        {{ 'posted_currency as currency' if cell == 'posting' else 'currency' }},
        {{ 'posted_minor_unit as minor_unit' if cell == 'posting' else 'minor_unit' }},
        {{ 'period' if period == 'period' else period ~ ' as period' }},
        {% if cause == 'wrong_period' -%}
        {{ 'posted_period' if side == 'left' else 'period' }}
        {%- else -%}
        {{ period }}
        {%- endif %} as counter_period,
        '{{ cause }}' as cause,
        '{{ side }}' as side,
        {{ 'amount' if amount == 'amount' else amount ~ ' as amount' }},
        {{ line_columns | join(', ') }},
        difference_key
    from {{ relation }}
    where {{ condition }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

unplanned_posted as (
    {% for cause, side, entity, amount, condition in [
        ('posted_without_plan', '', 'entity', 'amount', 'is_beside_plan'),
        ('other_entity', 'left', 'entity', '-amount', 'entity <> posted_entity'),
        ('other_entity', 'reached', 'posted_entity', 'amount', 'entity <> posted_entity'),
    ] -%}
    select
        policy_id,
        {{ obligation | join(', ') }},
        {{ 'entity' if entity == 'entity' else entity ~ ' as entity' }},
        currency,
        minor_unit,
        period,
        period as counter_period,
        '{{ cause }}' as cause,
        '{{ side }}' as side,
        {{ 'amount' if amount == 'amount' else amount ~ ' as amount' }},
        {{ line_columns | join(', ') }},
        difference_key
    from unplanned
    where {{ condition }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

difference as (
    select
        policy_id,
        {{ obligation | join(', ') }},
        entity,
        currency,
        minor_unit,
        period,
        period as counter_period,
        cause,
        '' as side,
        amount,
        {{ line_columns | join(', ') }},
        obligation_id || case when kind = 'scheduled' then '' else ' ' || kind end
            as difference_key,
        kind
    from plan_difference
    union all
    select
        policy.policy_id,
        posted.*,
        '' as kind
    from posted
    cross join policy
    union all
    select
        *,
        '' as kind
    from unplanned_posted
),

final as (
    select
        policy_id,
        {{ obligation | join(', ') }},
        entity,
        currency,
        minor_unit,
        period,
        counter_period,
        cause,
        side,
        kind,
        cast(amount as decimal(28, 4)) as amount,
        {{ line_columns | join(', ') }},
        difference_key
    from difference
    where amount <> 0
)

select * from final
