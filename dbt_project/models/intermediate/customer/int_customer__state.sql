-- one row per record and span of days in which nothing changes that its family of records hangs on
with

account as (
    select * from {{ ref('int_customer__account') }}
),

customer as (
    select * from {{ ref('int_customer__erp_customer') }}
),

-- nothing is foretold: what begins after the business date joins nobody, what ends then still holds
edge as (
    select * from {{ ref('int_customer__edge') }}
    where valid_from <= cast({{ as_of() }} as date)
),

record as (
    select
        crm_system as source_system,
        'account' as record_type,
        account_id as record_id,
        crm_system || ':' || account_id as record_key,
        created_at,
    from account
    union all
    select
        erp_system as source_system,
        'erp_customer' as record_type,
        erp_customer_id as record_id,
        erp_system || ':' || erp_customer_id as record_key,
        created_at,
    from customer
    union all
    -- an account that others were merged into before it was ever landed still holds them together
    select
        merged.source_system,
        'unknown' as record_type,
        merged.value as record_id,
        merged.source_system || ':' || merged.value as record_key,
        cast(null as timestamp) as created_at,
    from {{ ref('int_customer__past_value') }} as merged
    left join account
        on merged.source_system = account.crm_system and merged.value = account.account_id
    where merged.attribute = 'merged into' and account.account_id is null
    group by merged.source_system, merged.value
),

pair as (
    select
        record_key,
        other_record_key,
    from edge
    where kind <> 'apart'
    union all
    select
        other_record_key as record_key,
        record_key as other_record_key,
    from edge
    where kind <> 'apart'
),

-- a family are the records that any fact of any time joins
{{ joined('family', 'pair', 'record_key', 'other_record_key') }},

moment as (
    {%- for changes_on in ["cast('1900-01-01' as date)", 'valid_from', 'valid_to'] %}
    select
        record_key,
        {{ changes_on }} as changes_on,
        kind = 'apart' as is_apart,
    from edge
    union all
    select
        record_key,
        {{ changes_on }} as changes_on,
        false as is_apart,
    from {{ ref('int_customer__past_value') }}
    where attribute = 'gone'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

change_date as (
    select
        coalesce(family.root, moment.record_key) as family_key,
        moment.changes_on as valid_from,
        bool_or(moment.is_apart) as has_apart,
    from moment
    left join family on moment.record_key = family.record_key
    where
        moment.changes_on <= cast({{ as_of() }} as date)
    group by coalesce(family.root, moment.record_key), moment.changes_on
),

state as (
    select
        family_key,
        valid_from,
        lead(valid_from) over (partition by family_key order by valid_from) as next_from,
        row_number() over (partition by family_key order by valid_from) as state_number,
        count(*) over (partition by family_key) as state_count,
        bool_or(has_apart) over (partition by family_key) as has_apart,
    from change_date
),

final as (
    select
        record.source_system,
        record.record_type,
        record.record_id,
        record.record_key,
        coalesce(cast(record.created_at as {{ dbt.type_string() }}), '9999') || '|'
        || record.record_key as age,
        coalesce(family.root, record.record_key) as family_key,
        coalesce(state.state_number, 1) as state_number,
        coalesce(state.state_count, 1) as state_count,
        coalesce(state.state_count > 1 or state.has_apart, false) as is_eventful,
        coalesce(state.valid_from, cast('1900-01-01' as date)) as valid_from,
        coalesce(state.next_from, cast('9999-12-31' as date)) as valid_to,
    from record
    left join family on record.record_key = family.record_key
    left join state on coalesce(family.root, record.record_key) = state.family_key
)

select * from final
