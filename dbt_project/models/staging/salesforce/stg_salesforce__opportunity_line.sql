-- one row per source_system and opportunity_line_id
with

source as (
    {{ current_rows('salesforce', 'opportunity_line_item') }}
),

product as (
    select
        product_id,
        product_code,
        product_name,
    from {{ ref('stg_salesforce__product') }}
),

final as (
    select
        'salesforce' as source_system,
        source.opportunity_id,
        source.id as opportunity_line_id,
        source.product_2_id as product_id,
        coalesce({{ clean_text('source.product_code') }}, product.product_code) as product_code,
        coalesce({{ clean_text('source.name') }}, product.product_name) as line_name,
        {{ clean_text('source.description') }} as description,
        {{ quantity('source.quantity') }} as quantity,
        {{ quantity('source.unit_price') }} as unit_price,
        {{ quantity('source.list_price') }} as list_price,
        {{ quantity('source.discount') }} as discount_percent,
        {{ money('source.total_price') }} as amount,
        cast(source.term_months_c as integer) as term_months,
        source.service_date,
        cast(source.sort_order as integer) as sort_order,
        coalesce(source.is_deleted, false) as is_deleted,
        source.created_date as created_at,
        coalesce(source.system_modstamp, source.last_modified_date) as modified_at,
    from source
    left join product on source.product_2_id = product.product_id
)

select * from final
