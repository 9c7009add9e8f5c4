-- one row per system, object and amount column: all rows of the source, rejected ones included
{{ config(materialized='view') }}

with

landed as (
    {{ union_systems(var('crm_systems') + var('erp_systems'), 'amount_total') }}
),

visible_load as (
    select * from {{ ref('int_operations__load') }}
),

last_full as (
    select
        audit.system,
        audit.object,
        max(audit.loaded_at) as loaded_at,
    from {{ source('raw_operations', 'load_audit') }} as audit
    inner join visible_load
        on audit.system = visible_load.system and audit.load_id = visible_load.load_id
    where audit.extract_mode = 'full'
    group by audit.system, audit.object
),

-- what is resolved today was open in a past state whose last extract still held it
letter as (
    select letter.*
    from {{ source('raw_operations', 'dead_letter') }} as letter
    left join last_full
        on letter.system = last_full.system and letter.object = last_full.object
    where
        {%- if var('known_at', none) %}
        letter.reason not like 'superseded%'
        and letter.first_seen_at <= cast('{{ var("known_at") }}' as timestamp)
        and letter.last_seen_at >= coalesce(last_full.loaded_at, letter.last_seen_at)
        {%- else %}
        letter.status = 'open'
        {%- endif %}
),

pair as (
    select
        letter.system,
        letter.object,
        {{ json_pairs('letter.payload') }},
    from letter
),

rejected as (
    select
        system,
        object,
        {{ name_key('name') }} as column_key,
        sum({{ cast_or_null('value', 'decimal(28, 8)') }}) as amount,
    from pair
    group by system, object, {{ name_key('name') }}
),

final as (
    select
        landed.source_system as system,
        landed.object,
        landed.column_name,
        {{ money('coalesce(landed.amount, 0)') }} as landed_amount,
        {{ money('coalesce(rejected.amount, 0)') }} as rejected_amount,
    from landed
    left join rejected
        on
            landed.source_system = rejected.system
            and landed.object = rejected.object
            and {{ name_key('landed.column_name') }} = rejected.column_key
)

select * from final
