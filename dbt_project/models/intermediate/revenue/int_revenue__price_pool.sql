-- one row per performance obligation: the pool of its bargain's price that it has a share in, the
-- pool's whole and the obligation's weight in it
with obligation as (select * from {{ ref('int_revenue__priced_obligation') }}),

usual_group as (select * from {{ ref('int_revenue__discount_group') }}),

group_item as (
    select
        group_id,
        lower(sku) as sku
    from {{ source('definitions', 'discount_group') }}
),

bargain as (
    select
        erp_system,
        bargain_id,
        count(*) as parts,
        count(stand_alone_units) as priced,
        sum(case when allocation = 'residual' then 1 else 0 end) as residuals,
        sum(case when allocation <> 'residual' and stand_alone_units is null then 1 else 0 end)
            as unpriced_others,
        sum(stand_alone_units) as stand_alone_units,
        sum(price_units) as price_units,
        sum(case when allocation <> 'residual' then stand_alone_minor_units else 0 end)
            as others_units,
        sum(case when allocation = 'residual' then low_units end) as low_units,
        sum(case when allocation = 'residual' then high_units end) as high_units,
        max(minor_unit) as minor_unit
    from obligation
    where is_sharing
    group by erp_system, bargain_id
),

-- what the others leave to the parts whose price varies
rest as (
    select
        bargain.*,
        usual_group.group_id,
        bargain.price_units - bargain.others_units
        + coalesce(usual_group.stand_alone_minor_units - usual_group.group_minor_units, 0)
            as residual_units,
        usual_group.group_minor_units,
        -- the whole discount is the group's
        bargain.price_units - bargain.others_units + usual_group.stand_alone_minor_units
            as group_rest_units
    from bargain
    left join usual_group on {{ same_keys('bargain', 'usual_group', ['erp_system', 'bargain_id']) }}
),

-- which way a bargain's price goes to its parts; a residual is one only within its range
judged as (
    select
        *,
        case
            when parts = 1 or priced = 0 then 'stated'
            when
                residuals > 0 and residuals < parts and unpriced_others = 0 and residual_units > 0
                and residual_units >= coalesce(
                    {{ to_minor(from_ten_thousandths('low_units'), 'minor_unit') }}, residual_units
                )
                and residual_units <= coalesce(
                    {{ to_minor(from_ten_thousandths('high_units'), 'minor_unit') }}, residual_units
                ) then 'residual'
            when priced < parts or stand_alone_units <= 0 then 'stated'
            when residuals = 0 and group_id is not null and group_rest_units > 0 then 'group'
            else 'relative'
        end as method
    from rest
),

joined as (
    select
        obligation.*,
        judged.method,
        judged.priced > 0 and judged.parts > 1 as is_priced_in_part,
        judged.price_units as bargain_units,
        judged.residual_units,
        case
            when judged.method = 'group' then judged.group_rest_units
            else judged.group_minor_units
        end as group_units,
        group_item.group_id is not null and obligation.allocation <> 'residual' as is_grouped
    from obligation
    left join judged
        on
            obligation.erp_system = judged.erp_system
            and obligation.bargain_id = judged.bargain_id
            and obligation.is_sharing
    left join group_item
        on
            judged.group_id = group_item.group_id
            and lower(obligation.sku) = group_item.sku
),

ruled as (
    select
        *,
        case
            when not is_sharing then 'none'
            when method in ('stated', 'relative') then method
            when method = 'residual' and allocation = 'residual' then 'residual'
            when is_grouped then 'discount_group'
            else 'stand_alone'
        end as allocation_rule
    from joined
),

final as (
    select
        erp_system,
        obligation_id,
        bargain_id,
        allocation_rule,
        case
            when allocation_rule in ('none', 'stated', 'stand_alone') then obligation_id
            else allocation_rule
        end as pool,
        case allocation_rule
            when 'relative' then bargain_units
            when 'residual' then residual_units
            when 'discount_group' then group_units
            when 'stand_alone' then stand_alone_minor_units
            else price_units
        end as pool_units,
        -- without prices of their own, what varies is shared as it was stated
        case
            when allocation_rule = 'residual' then price_units
            else coalesce(stand_alone_units, 0)
        end as weight,
        case
            when method <> 'stated' or not is_priced_in_part then null
            when allocation = 'residual' then 'residual_out_of_range'
            when stand_alone_units is null then 'stand_alone_price_missing'
        end as gap
    from ruled
)

select * from final
