-- one row per record and way to read its name: without brackets, what stands in brackets, after "formerly" ...
with

record as (
    select
        record_key,
        record_type,
        name_text,
    from {{ ref('int_match__record') }}
    where name_text is not null
),

marked as (
    select
        record_key,
        record_type,
        {{ regexp_replace_all(
            'name_text',
            " (doing business as|trading as|formerly known as|also known as|formerly|previously|dba|fka|aka|d/b/a|f/k/a|a/k/a|t/a) ",
            " ~ "
        ) }} as name_text,
    from record
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
    where name_text <> ''
    group by record_key, record_type, reading
)

select * from final
