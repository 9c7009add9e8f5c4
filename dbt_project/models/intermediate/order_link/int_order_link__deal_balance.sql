-- one row per live deal, won or open: its net amount and what referenced orders have of it
with

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
    where not is_deleted and (is_won or not is_closed)
),

linked as (
    select crm_system, opportunity_id
    from {{ ref('int_order_link__reference_verdict') }}
    where verdict = 'accepted'
    group by crm_system, opportunity_id
),

line_total as (
    select crm_system, opportunity_id, sum(amount) as amount
    from {{ ref('int_crm__opportunity_line') }}
    where not is_deleted
    group by crm_system, opportunity_id
),

ordered as (
    select crm_system, opportunity_id, sum(ordered_amount) as amount
    from {{ ref('int_order_link__item_balance') }}
    group by crm_system, opportunity_id
),

-- how much of the deal an order in another currency has, nobody knows
ordered_otherwise as (
    select referenced.crm_system, referenced.opportunity_id
    from {{ ref('int_order_link__referenced_pair') }} as referenced
    inner join opportunity
        on {{ same_keys('referenced', 'opportunity', ['crm_system', 'opportunity_id']) }}
    where referenced.currency <> opportunity.currency
    group by referenced.crm_system, referenced.opportunity_id
),

final as (
    select
        opportunity.crm_system,
        opportunity.opportunity_id,
        cast(
            coalesce(opportunity.amount, line_total.amount, 0)
            - coalesce(opportunity.tax_amount, 0) - coalesce(opportunity.freight_amount, 0)
            as decimal(28, 4)
        ) as net_amount,
        cast(
            case when ordered_otherwise.opportunity_id is null then coalesce(ordered.amount, 0) end
            as decimal(28, 4)
        ) as ordered_amount,
        linked.opportunity_id is not null as is_referenced,
    from opportunity
    left join linked
        on {{ same_keys('opportunity', 'linked', ['crm_system', 'opportunity_id']) }}
    left join line_total
        on {{ same_keys('opportunity', 'line_total', ['crm_system', 'opportunity_id']) }}
    left join ordered
        on {{ same_keys('opportunity', 'ordered', ['crm_system', 'opportunity_id']) }}
    left join ordered_otherwise
        on {{ same_keys('opportunity', 'ordered_otherwise', ['crm_system', 'opportunity_id']) }}
)

select * from final
