-- one row per anchor, entity ('' for all together), currency and period that a source reports
with stated as (select * from {{ source('raw_operations', 'control_total') }}),

visible_load as (select * from {{ ref('stg_operations__load') }}),

ranked as (
    select
        stated.measure as anchor,
        coalesce(stated.entity, '') as entity,
        coalesce(stated.currency, 'XXX') as currency,  -- ISO 4217: no currency
        {{ month_start('stated.period') }} as period,
        stated.value,
        stated.system,
        stated.object,
        row_number() over (
            partition by
                stated.system, stated.object, stated.measure,
                stated.entity, stated.currency, stated.period
            order by visible_load.loaded_at desc, stated.load_id desc
        ) as recency,
    from stated
    inner join visible_load
        on stated.system = visible_load.system and stated.load_id = visible_load.load_id
    where
        stated.measure in ('bookings', 'orders', 'billings', 'revenue', 'cash')
        and stated.period is not null
),

final as (
    select
        anchor,
        entity,
        currency,
        period,
        cast(sum(value) as decimal(28, 4)) as control_total,
    from ranked
    where recency = 1
    group by anchor, entity, currency, period
)

select * from final
