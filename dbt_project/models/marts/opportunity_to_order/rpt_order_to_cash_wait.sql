-- one row per cut of the counted deals (all, entity, owner, product, month), value of it and step
-- from close to cash: how long the step took, in days, and what still waits for it
{%- set steps = [
    ('close_to_order', 'close_date', 'first_order_date'),
    ('order_to_invoice', 'first_order_date', 'first_invoice_date'),
    ('invoice_to_cash', 'first_invoice_date', 'first_payment_date'),
    ('close_to_cash', 'close_date', 'first_payment_date'),
] %}
with

deal as (
    select * from {{ ref('fct_opportunity_to_cash') }}
    where status not in ('not_counted', 'blocked_zero_amount')
),

milestone as (
    select
        milestone.*,
        deal.entity,
        coalesce(deal.owner_name, deal.owner_id, deal.crm_system || ' administrator') as owner,
        deal.status = 'cancelled' or milestone.is_cancelled as is_over,
    from {{ ref('int_order_to_cash__milestone') }} as milestone
    inner join deal
        on
            milestone.crm_system = deal.crm_system
            and milestone.opportunity_id = deal.opportunity_id
),

-- A product waits by the lines that ordered it, everything else by the whole deal.
cut as (
    {%- for cut, value in [
        ('all', "''"), ('entity', 'entity'), ('owner', 'owner'), ('product', 'product'),
        ('month', 'cast(' ~ month_start('close_date') ~ ' as ' ~ dbt.type_string() ~ ')'),
    ] %}
    select
        '{{ cut }}' as cut,
        {{ value }} as value,
        milestone.* exclude (product, entity, owner),
    from milestone
    where {{ "product <> ''" if cut == 'product' else "product = ''" }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

step as (
    {%- for step, starts, ends in steps %}
    select
        cut,
        value,
        '{{ step }}' as step,
        {{ loop.index }} as step_number,
        {{ dbt.datediff(starts, ends, 'day') }} as days,
        -- open: begun by the business date, not ended, and not cancelled
        case
            when {{ ends }} is null and not is_over and {{ starts }} <= cast({{ as_of() }} as date)
                then {{ dbt.datediff(starts, as_of(), 'day') }}
        end as open_days,
    from cut
    where {{ starts }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        cut,
        value,
        step,
        cast(step_number as integer) as step_number,
        count(days) as done_count,
        cast({{ exact_percentile('days', 0.5) }} as integer) as p50_days,
        cast({{ exact_percentile('days', 0.9) }} as integer) as p90_days,
        count(open_days) as open_count,
        cast({{ exact_percentile('open_days', 0.5) }} as integer) as open_p50_days,
        cast(max(open_days) as integer) as open_longest_days,
    from step
    group by cut, value, step, step_number
)

select * from final
