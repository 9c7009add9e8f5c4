-- one row per performance obligation, with the part of its contract's price that is its own
with stated as (select * from {{ ref('int_revenue__stated_obligation') }}),

final as (
    select
        *,
        cast(0 as decimal(28, 4)) as price_adjustment,
        cast(null as decimal(28, 4)) as stand_alone_amount,
        sales_amount as amount,
        'stated' as allocation_rule,
        case when added_on > inception_date then added_on else inception_date end as agreed_on
    from stated
)

select * from final
