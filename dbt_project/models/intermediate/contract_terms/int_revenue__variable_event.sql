-- one row per portfolio of variable consideration and event (sale, new estimate, credit, end): what
-- has been sold and credited by then, and what is expected to be given back of it
{%- set portfolio = ['erp_system', 'portfolio_id', 'entity', 'currency'] %}
{%- set carried = portfolio + [
    'basis', 'term_id', 'minor_unit', 'item_id', 'sku', 'document_type', 'document_id',
    'document_line_id', 'obligation_id'
] %}
with line as (select * from {{ ref('int_revenue__variable_line') }}),

term as (select * from {{ ref('int_revenue__variable_term') }}),

volume_tier as (
    select
        *,
        concat_ws(
            ' ', 'volume', contract, sku, cast(valid_from as {{ dbt.type_string() }})
        ) as term_id
    from {{ source('definitions', 'contract_volume_tier') }}
),

ranked as (
    select
        *,
        min(case role when 'sale' then event_date end) over (
            partition by {{ portfolio | join(', ') }}
        ) as first_on,
        row_number() over (
            partition by {{ portfolio | join(', ') }}, role
            order by event_date desc, document_id desc, document_line_id desc
        ) as latest
    from line
),

-- the last sale stands for its portfolio where no document of its own does
held as (
    select
        sale.*,
        case
            when sale.basis = 'volume' then {{ add_days('term.valid_to', -1) }}
            else {{ add_days('sale.event_date', 'sale.window_days') }}
        end as ends_on
    from ranked as sale
    inner join term
        on
            sale.term_id = term.term_id
            and sale.event_date >= term.estimated_from
            and sale.event_date < term.estimated_until
    where sale.role = 'sale' and sale.latest = 1
),

event as (
    select
        {{ carried | join(', ') }},
        event_date,
        period,
        case role when 'sale' then 'estimate' else 'consumed' end as kind,
        case role when 'sale' then 1 else 2 end as kind_order,
        case role when 'sale' then amount else 0 end as sold_amount,
        case role when 'sale' then quantity else 0 end as sold_quantity,
        case role when 'sale' then 0 else -amount end as credited_amount,
        case role when 'sale' then 0 else -quantity end as credited_quantity
    from line
    {%- for kind, day, order, source, condition in [
        ('changed', 'term.estimated_from', 0,
            'held inner join term on held.term_id = term.term_id',
            'term.estimated_from > held.first_on and term.estimated_from < held.ends_on'),
        ('released', 'held.ends_on', 3, 'held', 'true'),
    ] %}
    union all
    select
        {% for column in carried -%}
        held.{{ column }},
        {% endfor -%}
        {{ day }} as event_date,
        {{ month_start(day) }} as period,
        '{{ kind }}' as kind,
        {{ order }} as kind_order,
        0 as sold_amount,
        0 as sold_quantity,
        0 as credited_amount,
        0 as credited_quantity
    from {{ source }}
    where {{ day }} <= cast({{ as_of() }} as date) and {{ condition }}
    {%- endfor %}
),

running as (
    select
        *,
        row_number() over by_event as event_number,
        -- a rebate is often credited after its year: by then nothing is an estimate any more
        max(case when kind = 'released' then 1 else 0 end) over by_event = 1 as has_ended,
        cast(sum(sold_amount) over by_event as decimal(28, 4)) as sold_amount_to_date,
        cast(sum(sold_quantity) over by_event as decimal(28, 8)) as sold_quantity_to_date,
        cast(sum(credited_amount) over by_event as decimal(28, 4)) as credited_amount_to_date,
        cast(sum(credited_quantity) over by_event as decimal(28, 8)) as credited_quantity_to_date
    from event
    window by_event as (
        partition by {{ portfolio | join(', ') }}
        order by event_date, kind_order, document_id, document_line_id
        rows between unbounded preceding and current row
    )
),

estimated as (
    select
        running.*,
        term.unit_cost,
        case when running.has_ended then 0 else coalesce(term.expected_share, 0) end
            as expected_share,
        case
            when running.has_ended then running.sold_quantity_to_date
            when running.sold_quantity_to_date > term.expected_quantity
                then running.sold_quantity_to_date
            else term.expected_quantity
        end as expected_quantity
    from running
    inner join term
        on
            running.term_id = term.term_id
            and running.event_date >= term.estimated_from
            and running.event_date < term.estimated_until
),

-- what the expected quantity costs: tier by tier, or all of it at the price of the tier reached
volume as (
    select
        estimated.erp_system,
        estimated.portfolio_id,
        estimated.entity,
        estimated.currency,
        estimated.event_number,
        sum({{ price_times_quantity(
            hundred_millionths('tier.unit_price'),
            hundred_millionths(
                'case when tier.is_retroactive then estimated.expected_quantity'
                ~ ' when tier.next_quantity < estimated.expected_quantity'
                ~ ' then tier.next_quantity - tier.above_quantity'
                ~ ' else estimated.expected_quantity - tier.above_quantity end'
            )
        ) }}) as expected_units
    from estimated
    inner join volume_tier as tier
        on
            estimated.term_id = tier.term_id
            and estimated.expected_quantity > tier.above_quantity
            and (
                not tier.is_retroactive
                or tier.next_quantity is null
                or estimated.expected_quantity <= tier.next_quantity
            )
    where estimated.basis = 'volume'
    group by
        estimated.erp_system,
        estimated.portfolio_id,
        estimated.entity,
        estimated.currency,
        estimated.event_number
),

final as (
    select
        estimated.*,
        volume.expected_units
    from estimated
    left join volume
        on {{ same_keys('estimated', 'volume', portfolio + ['event_number']) }}
)

select * from final
