-- one row per definition set, entity, currency, period: released order lines net of tax, freight
with order_line as (
    select * from {{ ref('int_erp__order_line') }}
    where is_released
),

definition_set as (select definition_id from {{ source('definitions', 'definition_set') }}),

measured as (
    select
        entity,
        currency,
        period,
        {{ money('sum(amount)') }} as amount,
    from order_line
    group by entity, currency, period
),

final as (
    select
        definition_set.definition_id,
        measured.entity,
        measured.currency,
        measured.period,
        'orders' as anchor,
        measured.amount,
    from measured
    cross join definition_set
)

select * from final
