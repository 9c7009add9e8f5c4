-- one row per reading of a name and word it can share: its own, its initials, its town
with

word as (
    select * from {{ ref('int_match__weighted_word') }}
),

weight as (
    select * from {{ ref('int_match__word_weight') }}
),

record as (
    select
        record_key,
        city_key,
    from {{ ref('int_match__record') }}
    where city_key is not null
),

neighbour as (
    select
        name_key,
        record_key,
        record_type,
        left(word, 1) as first_letter,
        left(lead(word, 1) over (partition by name_key order by position), 1) as second_letter,
        left(lead(word, 2) over (partition by name_key order by position), 1) as third_letter,
        weight as first_weight,
        lead(weight, 1) over (partition by name_key order by position) as second_weight,
        lead(weight, 2) over (partition by name_key order by position) as third_weight,
    from word
    where class <> 'legal'
),

-- "nb" for "national bank"; two letters prove little: they cover half of what they stand for
initials as (
    select
        name_key,
        record_key,
        record_type,
        first_letter || second_letter as word,
        cast((first_weight + second_weight) * 0.5 as decimal(6, 2)) as weight,
    from neighbour
    where second_letter is not null
    union all
    select
        name_key,
        record_key,
        record_type,
        first_letter || second_letter || third_letter as word,
        cast((first_weight + second_weight + third_weight) * 0.9 as decimal(6, 2)) as weight,
    from neighbour
    where third_letter is not null
),

town as (
    select
        name.name_key,
        name.record_key,
        name.record_type,
        {{ words_of('record.city_key') }},
    from {{ ref('int_match__name_feature') }} as name
    inner join record on name.record_key = record.record_key
),

final as (
    select
        name_key,
        record_key,
        record_type,
        position,
        word,
        class,
        weight,
        true as is_own,
    from word
    union all
    -- only where the other side has the abbreviation and this side never writes it
    select
        initials.name_key,
        initials.record_key,
        initials.record_type,
        null as position,
        initials.word,
        'initials' as class,
        initials.weight,
        false as is_own,
    from initials
    inner join weight
        on
            initials.word = weight.word
            and case
                when initials.record_type = 'account'
                    then weight.customer_count > 0 and weight.account_count = 0
                else weight.account_count > 0 and weight.customer_count = 0
            end
    union all
    select
        name_key,
        record_key,
        record_type,
        null as position,
        word,
        'town' as class,
        cast(0 as decimal(6, 2)) as weight,
        false as is_own,
    from town
)

select * from final
