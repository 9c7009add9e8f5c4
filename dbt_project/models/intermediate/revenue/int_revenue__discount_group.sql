-- one row per bargain whose discount is that of items usually sold together: the group, and what
-- its items are sold for
{#- A group's usual discount is the bargain's when they differ by no more than this part of it. -#}
{%- set alike = 10 %}
with obligation as (
    select * from {{ ref('int_revenue__priced_obligation') }}
    where is_sharing
),

discount_group as (
    select
        *,
        count(*) over (partition by group_id) as skus
    from {{ source('definitions', 'discount_group') }}
),

item as (
    select
        obligation.erp_system,
        obligation.bargain_id,
        discount_group.group_id,
        discount_group.sku,
        max(discount_group.skus) as skus,
        max(discount_group.group_price) as group_price,
        max(obligation.minor_unit) as minor_unit,
        sum(obligation.quantity) as quantity,
        sum(obligation.stand_alone_units) as stand_alone_units,
        sum(obligation.stand_alone_minor_units) as stand_alone_minor_units
    from obligation
    inner join discount_group
        on
            lower(obligation.sku) = lower(discount_group.sku)
            and obligation.currency = discount_group.currency
            and obligation.agreed_on >= discount_group.valid_from
            and obligation.agreed_on < discount_group.valid_to
    where obligation.allocation = 'relative'
    group by
        obligation.erp_system, obligation.bargain_id, discount_group.group_id, discount_group.sku
),

-- every item of the group, each as often as the others
found as (
    select
        erp_system,
        bargain_id,
        group_id,
        max(minor_unit) as minor_unit,
        sum(stand_alone_units) as stand_alone_units,
        sum(stand_alone_minor_units) as stand_alone_minor_units,
        {{ price_times_quantity(
            hundred_millionths('max(group_price)'), hundred_millionths('max(quantity)')
        ) }} as group_units
    from item
    group by erp_system, bargain_id, group_id
    having count(*) = max(skus) and min(quantity) = max(quantity)
),

bargain as (
    select
        erp_system,
        bargain_id,
        sum(stand_alone_units)
        - {{ ten_thousandths('sum(sales_amount + price_adjustment)') }} as discount_units,
        count(*) = count(stand_alone_units) as is_priced,
        sum(case when allocation = 'residual' then 1 else 0 end) > 0 as has_residual
    from obligation
    group by erp_system, bargain_id
),

-- where a part has no price of its own nothing tells the bargain's discount
eligible as (
    select
        found.*,
        row_number() over (
            partition by found.erp_system, found.bargain_id
            order by found.stand_alone_units - found.group_units desc, found.group_id
        ) as preference
    from found
    inner join bargain
        on found.erp_system = bargain.erp_system and found.bargain_id = bargain.bargain_id
    where
        found.group_units < found.stand_alone_units
        and (
            bargain.has_residual
            or (
                bargain.is_priced
                and {{ alike }} * abs(
                    found.stand_alone_units - found.group_units - bargain.discount_units
                ) <= bargain.discount_units
            )
        )
),

final as (
    select
        erp_system,
        bargain_id,
        group_id,
        stand_alone_minor_units,
        {{ to_minor(from_ten_thousandths('group_units'), 'minor_unit') }} as group_minor_units
    from eligible
    where preference = 1
)

select * from final
