-- one row per performance obligation, with the part of its contract's price that is its own
with obligation as (select * from {{ ref('int_revenue__priced_obligation') }}),

price_pool as (select * from {{ ref('int_revenue__price_pool') }}),

shared as (
    {{ largest_remainder(
        relation='price_pool', total='pool_units', weight='weight',
        partition_by=['erp_system', 'bargain_id', 'pool'],
        order_by=['length(obligation_id)', 'obligation_id'], result='share_units'
    ) }}
),

final as (
    select
        obligation.* exclude (
            revenue_category, allocation, stand_alone_units, low_units, high_units, price_units,
            stand_alone_minor_units, is_sharing
        ),
        {{ from_ten_thousandths('obligation.stand_alone_units') }} as stand_alone_amount,
        -- what lies below the minor unit stays where it was stated
        cast(
            {{ from_minor('shared.share_units - obligation.price_units', 'obligation.minor_unit') }}
            + obligation.sales_amount + obligation.price_adjustment
            as decimal(28, 4)
        ) as amount,
        shared.allocation_rule,
        shared.gap as allocation_gap
    from obligation
    inner join shared on {{ same_keys('obligation', 'shared', ['erp_system', 'obligation_id']) }}
)

select * from final
