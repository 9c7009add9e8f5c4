-- one row per source_system, from_currency, to_currency and rate_date
with

source as (
    {{ current_rows('salesforce', 'dated_conversion_rate') }}
),

corporate as (
    select max(currency) as currency from {{ ref('stg_salesforce__currency') }}
    where is_corporate
),

final as (
    select
        'salesforce' as source_system,
        corporate.currency as from_currency,
        {{ normalise_currency('source.iso_code') }} as to_currency,
        source.start_date as rate_date,
        source.next_start_date as next_rate_date,
        cast(source.conversion_rate as decimal(28, 12)) as rate,
    from source
    cross join corporate
)

select * from final
