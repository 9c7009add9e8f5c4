-- one row per source_system and currency
with

source as (
    {{ current_rows('salesforce', 'currency_type') }}
),

final as (
    select
        'salesforce' as source_system,
        {{ normalise_currency('source.iso_code') }} as currency,
        cast(source.conversion_rate as decimal(28, 12)) as rate_to_corporate,
        cast(source.decimal_places as integer) as decimal_places,
        coalesce(source.is_corporate, false) as is_corporate,
        coalesce(source.is_active, true) as is_active,
    from source
)

select * from final
