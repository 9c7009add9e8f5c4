-- one row per definition set, entity, currency, period: won deals as the CRM's report shows them
with classified as (select * from {{ ref('int_booking__classified') }}),

final as (
    select
        definition_id,
        entity,
        currency,
        period,
        'bookings' as anchor,
        {{ money('sum(amount)') }} as amount,
    from classified
    where deal_code <> '1.00'
    group by definition_id, entity, currency, period
)

select * from final
