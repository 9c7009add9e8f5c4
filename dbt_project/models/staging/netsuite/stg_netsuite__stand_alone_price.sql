-- one row per source_system and stand_alone_price_id
with

source as (
    {{ netsuite_rows('fair_value_price') }}
),

currency as (
    select
        currency_id,
        currency,
    from {{ ref('stg_netsuite__currency') }}
),

final as (
    select
        'netsuite' as source_system,
        source.id as stand_alone_price_id,
        source.item as item_id,
        {{ clean_text('source.itemrevenuecategory') }} as revenue_category,
        coalesce(currency.currency, {{ normalise_currency('source.currency') }}) as currency,
        {{ quantity('source.fairvalue') }} as unit_price,
        {{ quantity('source.lowvalue') }} as low_price,
        {{ quantity('source.highvalue') }} as high_price,
        replace(lower({{ clean_text('source.fairvaluerangepolicy') }}), ' ', '_') as range_policy,
        coalesce(source.startdate, cast('1900-01-01' as date)) as valid_from,
        -- the vendor's last day counts
        coalesce({{ add_days('source.enddate', 1) }}, cast('9999-12-31' as date)) as valid_to,
        coalesce(source.isvsoeprice, false) as is_objective,
    from source
    left join currency on source.currency = currency.currency_id
)

select * from final
