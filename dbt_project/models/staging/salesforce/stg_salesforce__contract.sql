-- one row per source_system and contract_id
with

source as (
    {{ current_rows('salesforce', 'contract') }}
),

final as (
    select
        'salesforce' as source_system,
        source.id as contract_id,
        source.account_id,
        {{ clean_text('source.contract_number') }} as contract_number,
        {{ clean_text('source.status') }} as status,
        source.start_date,
        source.end_date,
        cast(source.contract_term as integer) as term_months,
        coalesce(source.is_deleted, false) as is_deleted,
        source.system_modstamp as modified_at,
    from source
)

select * from final
