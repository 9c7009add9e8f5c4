-- one row per right to give back, to be granted a price or to buy cheaper by volume, and span of
-- time in which one estimate of it holds
with return_right as (select * from {{ source('definitions', 'contract_return_right') }}),

volume_tier as (select * from {{ source('definitions', 'contract_volume_tier') }}),

volume_estimate as (select * from {{ source('definitions', 'contract_volume_estimate') }}),

contract_name as (select * from {{ ref('int_revenue__contract_name') }}),

volume_span as (
    select
        erp_system,
        contract,
        sku,
        valid_from,
        max(valid_to) as valid_to
    from volume_tier
    group by erp_system, contract, sku, valid_from
),

stated as (
    select
        erp_system,
        contract,
        sku,
        item_class,
        kind as basis,
        concat_ws(' ', kind, contract, sku, item_class) as term_id,
        window_days,
        expected_share,
        cast(null as decimal(28, 8)) as expected_quantity,
        unit_cost,
        valid_from,
        valid_to,
        valid_from as estimated_from
    from return_right
    union all
    select
        span.erp_system,
        span.contract,
        span.sku,
        null as item_class,
        'volume' as basis,
        concat_ws(
            ' ', 'volume', span.contract, span.sku,
            cast(span.valid_from as {{ dbt.type_string() }})
        ) as term_id,
        null as window_days,
        null as expected_share,
        estimate.expected_quantity,
        null as unit_cost,
        span.valid_from,
        span.valid_to,
        estimate.estimated_from
    from volume_span as span
    inner join volume_estimate as estimate
        on
            span.erp_system = estimate.erp_system
            and span.contract = estimate.contract
            and span.sku = estimate.sku
            and span.valid_from = estimate.valid_from
),

final as (
    select
        stated.*,
        contract_name.contract_id,
        -- the last word holds until there is another one
        coalesce(
            lead(stated.estimated_from) over (
                partition by stated.term_id order by stated.estimated_from
            ),
            cast('9999-12-31' as date)
        ) as estimated_until
    from stated
    left join contract_name
        on
            stated.erp_system = contract_name.erp_system
            and stated.contract = contract_name.contract_name
    where stated.contract is null or contract_name.contract_id is not null
)

select * from final
