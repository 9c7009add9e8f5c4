-- one row per source_system and currency_id
with

source as (
    {{ netsuite_rows('currency') }}
),

final as (
    select
        'netsuite' as source_system,
        source.id as currency_id,
        {{ normalise_currency('source.symbol') }} as currency,
        {{ clean_text('source.name') }} as currency_name,
        cast(source.currencyprecision as integer) as decimal_places,
        coalesce(source.isbasecurrency, false) as is_base,
    from source
)

select * from final
