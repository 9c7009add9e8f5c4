-- one row per record and first one of its side with the same number, or the same name and address
with

record as (
    select * from {{ ref('int_match__record') }}
),

number as (
    select * from {{ ref('int_match__number') }}
),

name as (
    select
        record_key,
        core,
    from {{ ref('int_match__name_feature') }}
    where reading = 'name' and core <> ''
),

-- with the first of its kind alone: many equals make no square of pairs
kind as (
    {% for rule, column in [('same tax id', 'tax_id'), ('same D-U-N-S number', 'duns_number')] -%}
    select
        record.record_key,
        record.record_type,
        record.source_system,
        '{{ rule }}' as match_rule,
        number.{{ column }} as evidence,
    from record
    inner join number on record.record_key = number.record_key
    where {{ is_telling_number('number.' ~ column) }}
    union all
    {% endfor -%}
    select
        record.record_key,
        record.record_type,
        record.source_system,
        'same name and address' as match_rule,
        name.core || ' | ' || record.city_key || ' | ' || record.street_number as evidence,
    from record
    inner join name on record.record_key = name.record_key
    where record.city_key is not null and record.street_number is not null
),

first_of_kind as (
    select
        kind.*,
        min(record_key) over (
            partition by source_system, record_type, match_rule, evidence
        ) as first_key,
    from kind
),

final as (
    select
        first_key as record_key,
        record_key as other_record_key,
        match_rule,
        evidence,
    from first_of_kind
    where record_key <> first_key
)

select * from final
