-- one row per record and way to read its name: without brackets, after "formerly" and the like
with

record as (
    select
        record_key,
        record_type,
        name_text,
    from {{ ref('int_match__record') }}
    where name_text is not null
),

town as (
    select city_key
    from {{ ref('int_match__record') }}
    where city_key is not null
    group by city_key
),

-- "K.S.C. (Closed)", "(Pty) Ltd": a bracket that belongs to the legal form
form_word as (
    select word
    from {{ ref('name_word') }}
    where class in ('legal', 'legal_prefix', 'weak')
),

-- what people write into the name of a record that nobody shall use
unmarked as (
    select
        record_key,
        record_type,
        {{ regexp_replace_all(
            'name_text',
            "^(zz+|xx+|do not use|dont use|inactive|obsolete|duplicate)\\b|\\b(do not use|dont use|inactive|obsolete|duplicate)$",
            " "
        ) }} as name_text,
    from record
),

marked as (
    select
        record_key,
        record_type,
        {{ regexp_replace_all(
            'name_text',
            " (doing business as|trading as|formerly known as|also known as|formerly|previously|dba|fka|aka|d/b/a|f/k/a|a/k/a|t/a|ta) ",
            " ~ "
        ) }} as name_text,
    from unmarked
),

reading as (
    select
        record_key,
        record_type,
        'name' as reading,
        {{ regexp_replace_all('name_text', "\\([^)]*\\)?|~.*$", " ") }} as name_text,
    from marked
    union all
    select
        record_key,
        record_type,
        'whole' as reading,
        {{ regexp_replace_all('name_text', "[()]", " ") }} as name_text,
    from marked
    where {{ regexp_matches('name_text', "[(]") }}
    union all
    select
        record_key,
        record_type,
        'other name' as reading,
        {{ regexp_group('name_text', "~ *(.*)$") }} as name_text,
    from marked
    where {{ regexp_matches('name_text', "~") }}
    union all
    select
        record_key,
        record_type,
        'bracket' as reading,
        {{ brackets_of('name_text') }},
    from marked
    where {{ regexp_matches('name_text', "[(]") }}
),

cleaned as (
    select
        record_key,
        record_type,
        reading,
        trim({{ regexp_replace_all('name_text', "[()/,~ ]+|\\\\+", " ") }}) as name_text,
    from reading
),

final as (
    select
        record_key || '#' || reading as name_key,
        record_key,
        record_type,
        reading,
        min(name_text) as name_text,
    from cleaned
    left join town on cleaned.reading = 'bracket' and cleaned.name_text = town.city_key
    left join form_word on cleaned.reading = 'bracket' and cleaned.name_text = form_word.word
    -- "Robotics (Tulsa)" does not trade as "Tulsa"
    where cleaned.name_text <> '' and town.city_key is null and form_word.word is null
    group by record_key, record_type, reading
)

select * from final
