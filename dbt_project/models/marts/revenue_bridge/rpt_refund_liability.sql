-- one row per portfolio of variable consideration, entity, currency and month in which it moved
{%- set portfolio = ['erp_system', 'portfolio_id', 'entity', 'currency'] %}
with variable as (select * from {{ ref('int_revenue__variable') }}),

monthly as (
    select
        {{ portfolio | join(', ') }},
        period,
        max(basis) as basis,
        max(term_id) as term_id,
        max(item_id) as item_id,
        max(sku) as sku,
        {%- for kind in ['estimate', 'changed', 'consumed', 'released'] %}
        -sum(case when kind = '{{ kind }}' then amount else 0 end) as {{ kind }}_amount,
        {%- endfor %}
        -sum(amount) as movement,
        sum(return_asset_change) as return_asset_change,
        sum(cost_of_sales) as cost_of_sales
    from variable
    group by {{ portfolio | join(', ') }}, period
),

running as (
    select
        *,
        sum(movement) over by_month as closing,
        sum(return_asset_change) over by_month as return_asset
    from monthly
    window by_month as (
        partition by {{ portfolio | join(', ') }} order by period
        rows between unbounded preceding and current row
    )
),

final as (
    select
        {{ portfolio | join(', ') }},
        period,
        basis,
        term_id,
        item_id,
        sku,
        {{ money('closing - movement') }} as opening,
        {{ money('estimate_amount') }} as estimated,
        {{ money('changed_amount') }} as changed,
        {{ money('consumed_amount') }} as credited,
        {{ money('released_amount') }} as released,
        {{ money('closing') }} as closing,
        {{ money('-movement') }} as revenue_effect,
        {{ money('return_asset') }} as return_asset,
        {{ money('cost_of_sales') }} as cost_of_sales
    from running
)

select * from final
