-- one row per source_system and revenue_plan_id
with

source as (
    {{ netsuite_rows('revenue_plan') }}
),

final as (
    select
        'netsuite' as source_system,
        source.id as revenue_plan_id,
        source.createdfrom as revenue_element_id,
        {{ clean_text('source.recordnumber') }} as plan_number,
        {{ clean_text('source.revenueplantype') }} as plan_type,
        {{ money('source.amount') }} as amount,
        {{ clean_text('source.status') }} as status,
        source.revrecstartdate as start_date,
        source.revrecenddate as end_date,
        source.item as item_id,
    from source
)

select * from final
