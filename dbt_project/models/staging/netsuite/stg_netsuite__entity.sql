-- one row per source_system and entity_id
with

source as (
    {{ netsuite_rows('subsidiary') }}
),

currency as (
    select
        currency_id,
        currency,
    from {{ ref('stg_netsuite__currency') }}
),

country as (
    select
        country_key,
        country,
    from {{ ref('country_alias') }}
),

final as (
    select
        'netsuite' as source_system,
        source.id as entity_id,
        {{ clean_text('source.name') }} as entity,
        coalesce({{ clean_text('source.legalname') }}, {{ clean_text('source.name') }})
            as legal_name,
        coalesce(currency.currency, {{ normalise_currency('source.currency') }}) as currency,
        country.country,
        nullif(source.parent, source.id) as parent_entity_id,
        coalesce(source.iselimination, false) as is_elimination,
        coalesce(source.isinactive, false) as is_inactive,
    from source
    left join currency on source.currency = currency.currency_id
    left join country on {{ country_key('source.country') }} = country.country_key
)

select * from final
