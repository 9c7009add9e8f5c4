-- one row per released order line, or part of one, that no slice has taken
with order_line as (
    select * from {{ ref('int_erp__order_line') }}
    where is_released
),

opportunity_line as (
    select * from {{ ref('int_crm__opportunity_line') }}
    where line_kind = 'line' and not is_deleted
),

-- An order of several deals is judged by one of them: the best evidenced, then the lowest id.
link as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by erp_system, order_id
                order by evidence_grade, crm_system, opportunity_id
            ) as preference,
        from {{ ref('int_order_link__order_opportunity') }}
    ) as ranked
    where preference = 1
),

sliced as (
    select
        erp_system,
        order_id,
        order_line_id,
        {{ from_ten_thousandths('sum(ordered)') }} as amount,
    from {{ ref('int_bridge__leg1_slice') }}
    group by erp_system, order_id, order_line_id
),

unsliced as (
    select
        order_line.*,
        link.crm_system,
        link.opportunity_id,
        link.evidence_grade,
        coalesce(sliced.amount, 0) as sliced_amount,
        order_line.amount - coalesce(sliced.amount, 0) as remainder,
    from order_line
    left join sliced
        on
            order_line.erp_system = sliced.erp_system
            and order_line.order_id = sliced.order_id
            and order_line.order_line_id = sliced.order_line_id
    left join link
        on
            order_line.erp_system = link.erp_system
            and order_line.order_id = link.order_id
    where order_line.amount <> coalesce(sliced.amount, 0)
),

-- An item that none of the deal's lines stands for was never sold in the CRM.
item_match as (
    select
        unsliced.erp_system,
        unsliced.order_id,
        unsliced.order_line_id,
        bool_and(
            {{ is_other_item('opportunity_line.item_skus', 'unsliced.sku') }}
        ) as is_other_item,
    from unsliced
    inner join opportunity_line
        on
            unsliced.crm_system = opportunity_line.crm_system
            and unsliced.opportunity_id = opportunity_line.opportunity_id
    group by unsliced.erp_system, unsliced.order_id, unsliced.order_line_id
),

final as (
    select
        unsliced.*,
        item_match.is_other_item,
    from unsliced
    left join item_match
        on
            unsliced.erp_system = item_match.erp_system
            and unsliced.order_id = item_match.order_id
            and unsliced.order_line_id = item_match.order_line_id
)

select * from final
