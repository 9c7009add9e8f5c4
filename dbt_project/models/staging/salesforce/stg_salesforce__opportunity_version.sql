-- one row per source_system, opportunity_id and landed version, with what a booking rests on
with

visible_load as (
    select * from {{ ref('stg_operations__load') }}
    where system = 'salesforce'
),

corporate as (
    select max(currency) as currency from {{ ref('stg_salesforce__currency') }}
    where is_corporate
),

version as (
    select * from {{ source('raw_salesforce', 'opportunity') }}
),

final as (
    select
        'salesforce' as source_system,
        version.id as opportunity_id,
        version._load_id as load_id,
        {{ money('version.amount') }} as amount,
        version.close_date,
        {{ clean_text('version.stage_name') }} as stage_name,
        coalesce(version.is_won, false) as is_won,
        coalesce(version.is_closed, false) as is_closed,
        coalesce(version.is_deleted, false) or coalesce(version._is_deleted, false) as is_deleted,
        -- A row that vanished keeps the time of its last change: it was gone when the load knew it.
        case
            when coalesce(version._is_deleted, false) then visible_load.watermark
            else coalesce(
                version.system_modstamp, version.last_modified_date, visible_load.watermark
            )
        end as changed_at,
        {{ clean_text('version.name') }} as opportunity_name,
        version.account_id,
        version.owner_id,
        coalesce(
            {{ normalise_currency('version.currency_iso_code') }}, corporate.currency
        ) as currency,
        {{ clean_text('version.legal_entity_c') }} as legal_entity,
        version.created_date as created_at,
        version.last_modified_by_id as changed_by_id,
        visible_load.watermark as known_at,
    from version
    inner join visible_load on version._load_id = visible_load.load_id
    cross join corporate
)

select * from final
