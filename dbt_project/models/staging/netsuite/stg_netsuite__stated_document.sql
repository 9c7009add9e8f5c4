-- one row per measure and document or line whose amount the ERP states a second time
{{ config(materialized='view') }}

with

document as (
    select
        document.*,
        coin.minor_unit,
    from {{ ref('stg_netsuite__document') }} as document
    left join {{ ref('iso_4217') }} as coin on document.currency = coin.currency
),

entity as (
    select
        entity.entity_id,
        entity.currency as base_currency,
        coin.minor_unit as base_minor_unit,
    from {{ ref('stg_netsuite__entity') }} as entity
    left join {{ ref('iso_4217') }} as coin on entity.currency = coin.currency
),

-- costs of goods stand beside the sale and never in its total
line as (
    select * from {{ ref('stg_netsuite__document_line') }}
    where line_type <> 'cost'
),

priced as (
    select
        line.*,
        document.currency,
        entity.base_currency,
        case
            when line.line_type not in ('main', 'tax')
                then {{ line_amount(
                    'line.quantity', 'line.unit_price', '0', 'document.minor_unit'
                ) }}
        end as price_amount,
        {{ from_ten_thousandths(scale_whole(
            ten_thousandths('line.amount'),
            'cast(document.exchange_rate * 1000000000000 as ' ~ type_wide_integer() ~ ')',
            '1000000000000', minor_unit_granule('entity.base_minor_unit')
        )) }} as converted_amount,
    from line
    inner join document on line.document_id = document.document_id
    left join entity on line.entity_id = entity.entity_id
),

summed as (
    select
        document_id,
        currency,
        min(base_currency) as base_currency,
        sum(case when line_type = 'main' then -amount else 0 end) as head_amount,
        sum(case when line_type <> 'main' then amount else 0 end) as line_amount,
        sum(case when line_type = 'main' then -base_amount else 0 end) as head_base_amount,
        sum(case when line_type <> 'main' then base_amount else 0 end) as line_base_amount,
        count(case when line_type = 'main' then amount end) as heads,
        count(base_amount) as base_lines,
    from priced
    group by document_id, currency
),

final as (
    -- the sign of a total is the document's kind, that of a line its side
    select
        'document' as object,
        'document_total' as measure,
        summed.document_id as record_id,
        summed.currency,
        abs(document.total_amount) as stated,
        abs(summed.head_amount) as computed,
    from summed
    inner join document on summed.document_id = document.document_id
    where summed.heads > 0
    union all
    select
        'document' as object,
        'document_lines' as measure,
        document_id as record_id,
        currency,
        head_amount as stated,
        line_amount as computed,
    from summed
    union all
    select
        'document' as object,
        'document_base_lines' as measure,
        document_id as record_id,
        base_currency as currency,
        head_base_amount as stated,
        line_base_amount as computed,
    from summed
    where base_lines > 0
    union all
    select
        'document_line' as object,
        'line_price' as measure,
        document_id || '/' || document_line_id as record_id,
        currency,
        amount as stated,
        price_amount as computed,
    from priced
    union all
    select
        'document_line' as object,
        'line_base_amount' as measure,
        document_id || '/' || document_line_id as record_id,
        base_currency as currency,
        base_amount as stated,
        converted_amount as computed,
    from priced
    where line_type <> 'main'
)

select
    'netsuite' as source_system,
    final.*
from final
where final.stated is not null and final.computed is not null
