-- one row per record and key that few enough records share: records that share one are compared
with

record as (
    select * from {{ ref('int_match__record') }}
),

name as (
    select * from {{ ref('int_match__name_feature') }}
),

word as (
    select
        weighted.*,
        record.city_key,
        record.postal_key,
    from {{ ref('int_match__weighted_word') }} as weighted
    left join record on weighted.record_key = record.record_key
    where weighted.class <> 'legal'
),

similar_word as (
    select * from {{ ref('int_match__similar_word') }}
),

keyed as (
    select record_key, record_type, 'name' as kind, core as value
    from name
    where core <> ''
    union
    select record_key, record_type, 'name' as kind, spelling as value
    from name
    where spelling <> ''
    union
    select record_key, record_type, 'name' as kind, letters as value
    from name
    where letters <> ''
    union
    select record_key, record_type, 'name' as kind, domain_label as value
    from record
    where length(domain_label) >= 3
    union
    select record_key, record_type, 'beginning' as kind, left(letters, 7) as value
    from name
    where length(letters) >= 7
    union
    select record_key, record_type, 'word' as kind, word as value
    from word
    where class <> 'weak'
    union
    select word.record_key, word.record_type, 'word' as kind, similar_word.other_word as value
    from word inner join similar_word on word.word = similar_word.word
    where word.record_type = 'account' and word.class <> 'weak'
    union
    select one.record_key, one.record_type, 'words' as kind, one.word || ' ' || other.word as value
    from word as one inner join word as other
        on one.name_key = other.name_key and one.word < other.word
    union
    select record_key, record_type, 'initials' as kind, initials as value
    from name
    where length(initials) >= 2
    union
    select record_key, record_type, 'initials' as kind, initials_with_form as value
    from name
    where length(initials_with_form) >= 2
    union
    select record_key, record_type, 'initials' as kind, initials_of_core as value
    from name
    where length(initials_of_core) >= 2
    union
    select record_key, record_type, 'initials' as kind, word as value
    from word
    where position = 1 and length(word) between 2 and 6 and class in ('name', 'alias')
    union
    select record_key, record_type, 'initials' as kind, domain_label as value
    from record
    where length(domain_label) between 2 and 6
    union
    select record_key, record_type, 'domain' as kind, domain as value
    from record
    where domain is not null
    union
    select record_key, record_type, 'phone' as kind, phone_key as value
    from record
    where phone_key is not null
    union
    select record_key, record_type, 'word in town' as kind, word || '|' || city_key as value
    from word
    where not is_own_town and city_key is not null
    union
    select record_key, record_type, 'word in area' as kind, word || '|' || postal_key as value
    from word
    where postal_key is not null
    union
    select record_key, record_type, 'street' as kind, street_number || '|' || city_key as value
    from record
    where street_number is not null and city_key is not null
    union
    select record_key, record_type, 'street' as kind, street_number || '|' || postal_key as value
    from record
    where street_number is not null and postal_key is not null
    union
    select
        record_key,
        record_type,
        'place' as kind,
        city_key || '|' || coalesce(state_key, '') as value,
    from record
    where city_key is not null
    union
    select record_key, record_type, 'place' as kind, postal_key as value
    from record
    where postal_key is not null
),

counted as (
    select
        keyed.*,
        count(case when record_type = 'account' then 1 end)
            over (partition by kind, value) as account_count,
        count(case when record_type = 'erp_customer' then 1 end)
            over (partition by kind, value) as customer_count,
    from keyed
),

final as (
    select
        record_key,
        record_type,
        kind || ':' || value as block_key,
        -- a key that many share proves nothing and costs the square of their number
        account_count * customer_count between 1 and case kind when 'place' then 4 else 100 end
            as is_between_sides,
        -- two of one side are compared only where a key of theirs is telling by itself
        case record_type when 'account' then account_count else customer_count end between 2 and 8
        and kind in ('name', 'domain', 'phone', 'street', 'word in area') as is_within_side,
    from counted
)

select * from final
where is_between_sides or is_within_side
