-- one row per live deal, won or open, of which something is in no order that a reference links
with

balance as (
    select *, cast(net_amount - ordered_amount as decimal(28, 4)) as amount_left
    from {{ ref('int_order_link__deal_balance') }}
),

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
),

ordered_in as (
    select crm_system, opportunity_id, erp_system
    from {{ ref('int_order_link__item_balance') }}
    group by crm_system, opportunity_id, erp_system
),

-- what stays of the items, at the price they were sold for: the ERP that has ordered knows; of
-- several each knows its own orders alone
item_left as (
    select
        item_set.crm_system,
        item_set.opportunity_id,
        min(item_set.item_count) as items,
        case count(ordered_in.erp_system)
            when 0 then max(item_set.item_amount)
            when 1
                then max(
                    case when ordered_in.erp_system is not null then item_set.item_amount end
                )
        end as amount,
    from {{ ref('int_order_link__deal_item_set') }} as item_set
    left join ordered_in
        on {{ same_keys('item_set', 'ordered_in', ['crm_system', 'opportunity_id', 'erp_system']) }}
    group by item_set.crm_system, item_set.opportunity_id
),

final as (
    select
        opportunity.crm_system,
        opportunity.opportunity_id,
        opportunity.close_date,
        opportunity.account_id,
        opportunity.currency,
        opportunity.is_won,
        balance.is_referenced as is_rest,
        balance.amount_left as net_amount,
        case
            when balance.is_referenced then coalesce(item_left.amount, balance.amount_left)
            else balance.amount_left
        end as basis_amount,
        opportunity.purchase_order_number_normalised,
        {{ letters_and_digits('opportunity.opportunity_name') }} as deal_name,
        opportunity.discount_percent,
        opportunity.term_months,
    from balance
    inner join opportunity
        on {{ same_keys('balance', 'opportunity', ['crm_system', 'opportunity_id']) }}
    left join item_left
        on {{ same_keys('balance', 'item_left', ['crm_system', 'opportunity_id']) }}
    -- with each item ordered, what is left of the amount is a difference in price
    where
        balance.net_amount <> 0
        and sign(balance.amount_left) = sign(balance.net_amount)
        and coalesce(item_left.items, 1) > 0
)

select * from final
