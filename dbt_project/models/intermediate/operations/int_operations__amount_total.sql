-- one row per system, object and amount column: all rows of the source, rejected ones included
{{ config(materialized='view') }}

with

landed as (
    {{ union_systems(var('crm_systems') + var('erp_systems'), 'amount_total') }}
),

letter as (
    {{ open_dead_letters() }}
),

pair as (
    select
        letter.system,
        letter.object,
        {{ json_pairs('letter.payload') }},
    from letter
),

rejected as (
    select
        system,
        object,
        {{ name_key('name') }} as column_key,
        sum({{ cast_or_null('value', 'decimal(28, 8)') }}) as amount,
    from pair
    group by system, object, {{ name_key('name') }}
),

final as (
    select
        landed.source_system as system,
        landed.object,
        landed.column_name,
        {{ money('coalesce(landed.amount, 0)') }} as landed_amount,
        {{ money('coalesce(rejected.amount, 0)') }} as rejected_amount,
    from landed
    left join rejected
        on
            landed.source_system = rejected.system
            and landed.object = rejected.object
            and {{ name_key('landed.column_name') }} = rejected.column_key
)

select * from final
