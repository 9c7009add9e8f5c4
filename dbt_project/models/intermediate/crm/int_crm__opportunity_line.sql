-- one row per crm_system and opportunity_line_id; the rows of a deal add up to its amount
with

opportunity as (
    select * from {{ ref('int_crm__opportunity') }}
),

line as (
    {{ union_systems(var('crm_systems'), 'opportunity_line') }}
),

product_sku as (
    select
        crm_system,
        product_key,
        valid_from,
        valid_to,
        {{ string_list('sku', 'sku') }} as item_skus,
    from {{ ref('int_crm__product_item') }}
    where sku is not null
    group by crm_system, product_key, valid_from, valid_to
),

source_line as (
    select
        opportunity.crm_system,
        opportunity.opportunity_id,
        line.opportunity_line_id,
        opportunity.account_id,
        opportunity.currency,
        opportunity.minor_unit,
        opportunity.close_date,
        opportunity.is_won,
        opportunity.is_deleted or line.is_deleted as is_deleted,
        line.is_deleted and not opportunity.is_deleted as is_line_deleted,
        line.product_id,
        line.product_code,
        {{ product_key('line') }} as product_key,
        line.line_name,
        line.quantity,
        line.unit_price,
        line.list_price,
        line.discount_percent,
        coalesce(
            line.amount,
            {{ line_amount('line.quantity', 'line.unit_price', 'line.discount_percent',
                           'opportunity.minor_unit') }},
            0
        ) as amount,
        line.amount is null as is_amount_computed,
        coalesce(line.term_months, opportunity.term_months) as term_months,
        line.service_date,
        'line' as line_kind,
    from line
    inner join opportunity
        on
            line.source_system = opportunity.crm_system
            and line.opportunity_id = opportunity.opportunity_id
),

line_total as (
    select
        crm_system,
        opportunity_id,
        sum(amount) as amount,
    from source_line
    where not is_line_deleted
    group by crm_system, opportunity_id
),

header_line as (
    select
        opportunity.crm_system,
        opportunity.opportunity_id,
        opportunity.opportunity_id || '#header' as opportunity_line_id,
        opportunity.account_id,
        opportunity.currency,
        opportunity.minor_unit,
        opportunity.close_date,
        opportunity.is_won,
        opportunity.is_deleted,
        cast(coalesce(opportunity.amount, 0) - coalesce(line_total.amount, 0) as decimal(28, 4))
            as amount,
        false as is_amount_computed,
        opportunity.term_months,
        case when line_total.opportunity_id is null then 'header_only' else 'header_difference' end
            as line_kind,
    from opportunity
    left join line_total
        on
            opportunity.crm_system = line_total.crm_system
            and opportunity.opportunity_id = line_total.opportunity_id
    where
        line_total.opportunity_id is null
        or (opportunity.amount is not null and opportunity.amount <> line_total.amount)
),

line_of_either_kind as (
    select * from source_line
    union all by name
    select * from header_line
),

final as (
    select
        line_of_either_kind.* exclude (is_line_deleted),
        product_sku.item_skus,
    from line_of_either_kind
    left join product_sku
        on
            line_of_either_kind.crm_system = product_sku.crm_system
            and line_of_either_kind.product_key = product_sku.product_key
            and {{ holds_on('product_sku', 'line_of_either_kind.close_date') }}
)

select * from final
