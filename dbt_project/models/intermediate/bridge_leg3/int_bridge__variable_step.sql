-- one row per step from net billing to ledger revenue of variable consideration: what is expected
-- to be given back, and per cell what the ledger did otherwise; before any definition set names it
{%- set cell = ['erp_system', 'entity', 'currency', 'period'] %}
{%- set line_columns = ['document_type', 'document_id', 'document_line_id'] %}
with variable as (select * from {{ ref('int_revenue__variable') }}),

posting as (select * from {{ ref('int_revenue__variable_posting') }}),

moved as (
    {%- for relation, sign in [('posting', ''), ('variable', '-')] %}
    select
        {{ cell | join(', ') }},
        minor_unit,
        {{ 'amount' if sign == '' else '-amount as amount' }},
        {{ line_columns | join(', ') }},
        row_number() over (
            partition by {{ cell | join(', ') }}
            order by abs(amount) desc, {{ line_columns | join(', ') }}
        ) as largest_first,
        {{ 0 if relation == 'posting' else 1 }} as relation_order
    from {{ relation }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- the largest posting of the month stands for what the ledger did, else the largest estimate
named as (
    select
        *,
        sum(amount) over (partition by {{ cell | join(', ') }}) as difference,
        row_number() over (
            partition by {{ cell | join(', ') }} order by relation_order, largest_first
        ) as place
    from moved
),

final as (
    select
        'variable' as step,
        {{ cell | join(', ') }},
        period as counter_period,
        cast(amount as decimal(28, 4)) as amount,
        minor_unit,
        kind as reason,
        {{ line_columns | join(', ') }},
        concat_ws(' ', portfolio_id, cast(event_number as {{ dbt.type_string() }}))
            as allocation_key
    from variable
    where amount <> 0
    union all
    select
        'variable_difference' as step,
        {{ cell | join(', ') }},
        period as counter_period,
        cast(difference as decimal(28, 4)) as amount,
        minor_unit,
        'variable' as reason,
        {{ line_columns | join(', ') }},
        '' as allocation_key
    from named
    where place = 1 and difference <> 0
)

select * from final
