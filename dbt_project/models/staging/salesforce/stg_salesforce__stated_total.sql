-- one row per measure and record whose amount the CRM states a second time
{{ config(materialized='view') }}

with

deal as (
    select
        deal.opportunity_id,
        deal.amount,
        deal.currency,
        deal.is_won and not deal.is_deleted as is_won,
        coin.minor_unit,
    from {{ ref('stg_salesforce__opportunity') }} as deal
    left join {{ ref('iso_4217') }} as coin on deal.currency = coin.currency
),

stated_since as (
    select
        opportunity_id,
        amount,
        changed_at,
        opportunity_history_id as history_id,
    from {{ ref('stg_salesforce__opportunity_history') }}
    where not is_deleted
    union all
    select
        opportunity_id,
        {{ cast_or_null('new_value', 'decimal(28, 4)') }} as amount,
        changed_at,
        opportunity_field_history_id as history_id,
    from {{ ref('stg_salesforce__opportunity_field_history') }}
    where lower(field) = 'amount'
),

latest as (
    select
        opportunity_id,
        amount,
        row_number() over (
            partition by opportunity_id order by changed_at desc, history_id desc
        ) as newest_first,
    from stated_since
    where amount is not null
),

quote as (
    select
        quote.*,
        deal.currency,
        deal.minor_unit,
    from {{ ref('stg_salesforce__quote') }} as quote
    left join deal on quote.opportunity_id = deal.opportunity_id
    where not quote.is_deleted
),

line as (
    select
        'opportunity_line' as object,
        'deal_line_price' as measure,
        line.opportunity_line_id as record_id,
        deal.currency,
        deal.minor_unit,
        line.amount,
        line.quantity,
        line.unit_price,
        line.discount_percent,
    from {{ ref('stg_salesforce__opportunity_line') }} as line
    inner join deal on line.opportunity_id = deal.opportunity_id
    where not line.is_deleted
    union all
    select
        'quote_line' as object,
        'quote_line_price' as measure,
        line.quote_line_id as record_id,
        quote.currency,
        quote.minor_unit,
        line.amount,
        line.quantity,
        line.unit_price,
        line.discount_percent,
    from {{ ref('stg_salesforce__quote_line') }} as line
    inner join quote on line.quote_id = quote.quote_id
    where not line.is_deleted
),

priced as (
    select
        line.*,
        {{ line_amount('quantity', 'unit_price', '0', 'minor_unit') }} as price_amount,
        {{ line_amount('quantity', 'unit_price', 'discount_percent', 'minor_unit') }}
            as discounted_amount,
    from line
),

quote_line as (
    select
        quote_id,
        sum(amount) as amount,
    from {{ ref('stg_salesforce__quote_line') }}
    where not is_deleted
    group by quote_id
),

final as (
    select
        object,
        measure,
        record_id,
        currency,
        amount as stated,
        -- vendors' tools show a discount both on top of the sales price and inside it
        case when amount = discounted_amount then discounted_amount else price_amount end
            as computed,
    from priced
    union all
    select
        'opportunity' as object,
        'deal_history' as measure,
        deal.opportunity_id as record_id,
        deal.currency,
        deal.amount as stated,
        latest.amount as computed,
    from deal
    inner join latest on deal.opportunity_id = latest.opportunity_id and latest.newest_first = 1
    where deal.is_won
    union all
    select
        'quote' as object,
        'quote_lines' as measure,
        quote.quote_id as record_id,
        quote.currency,
        quote.amount as stated,
        quote_line.amount as computed,
    from quote
    inner join quote_line on quote.quote_id = quote_line.quote_id
    union all
    select
        'quote' as object,
        'quote_total' as measure,
        quote_id as record_id,
        currency,
        gross_amount as stated,
        amount + coalesce(tax_amount, 0) + coalesce(freight_amount, 0) as computed,
    from quote
)

select
    'salesforce' as source_system,
    final.*
from final
where final.stated is not null and final.computed is not null
