{#-
  Roll-forward of a balance of int_revenue__balance_movement per entity, currency and month, over every
  month from its first movement anywhere to the last month of the books, so that no key drops out of a month.
    balance    deferred_revenue or contract_asset
    movements  pairs of (published column, kinds of movement); closing is opening plus all of them
-#}
{% macro rollforward(balance, movements) -%}
with movement as (
    select * from {{ ref('int_revenue__balance_movement') }}
    where balance = '{{ balance }}'
),

span as (
    select
        min(movement.period) as first_period,
        {{ last_balance_period() }} as last_period
    from movement
),

day as (
    {{ date_spine_rows('(select first_period from span)', '(select last_period from span)') }}
),

month as (
    select calendar_date as period
    from day
    where calendar_date = {{ month_start('calendar_date') }}
),

cell as (
    select
        entity,
        currency
    from movement
    group by entity, currency
),

monthly as (
    select
        cell.entity,
        cell.currency,
        month.period,
        {%- for column, kinds in movements %}
        sum(case when movement.kind in ('{{ kinds | join("', '") }}') then movement.amount else 0 end) as {{ column }},
        {%- endfor %}
        sum(case when movement.kind <> 'ledger' then movement.amount else 0 end) as moved_in_all,
        sum(case when movement.kind = 'ledger' then movement.amount else 0 end) as posted
    from cell
    cross join month
    left join movement
        on
            cell.entity = movement.entity
            and cell.currency = movement.currency
            and month.period = movement.period
    group by cell.entity, cell.currency, month.period
),

running as (
    select
        *,
        sum(moved_in_all) over to_date as closing,
        sum(posted) over to_date as ledger_balance
    from monthly
    window to_date as (
        partition by entity, currency
        order by period
        rows between unbounded preceding and current row
    )
),

final as (
    select
        entity,
        currency,
        period,
        cast(closing - moved_in_all as decimal(28, 4)) as opening,
        {%- for column, _ in movements %}
        cast({{ column }} as decimal(28, 4)) as {{ column }},
        {%- endfor %}
        cast(closing as decimal(28, 4)) as closing,
        cast(ledger_balance as decimal(28, 4)) as ledger_balance,
        cast(closing - ledger_balance as decimal(28, 4)) as difference
    from running
)

select * from final
{%- endmacro %}

{#- The last month of the books: of a posting, or of revenue that is due without one. -#}
{% macro last_balance_period() -%}
    (
        select max(last.period)
        from (
            select max(period) as period from {{ ref('int_erp__ledger_line') }}
            where is_posting
            union all
            select max(period) as period from {{ ref('int_revenue__contract_movement') }}
        ) as last
    )
{%- endmacro %}
