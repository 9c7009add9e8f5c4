-- one row per reading of a name and word in it that is no filler, with its weight in bits
with

word as (
    select
        word.*,
        case when word.class = 'legal' then '' else left(word.word, 1) end as initial,
    from {{ ref('int_match__word') }} as word
    where word.class <> 'stop'
),

weight as (
    select * from {{ ref('int_match__word_weight') }}
),

abbreviated as (
    select
        word.*,
        {{ initials_beside('word.initial', 'word.name_key', 'word.position', 'following') }}
            as initials_after,
        {{ initials_beside('word.initial', 'word.name_key', 'word.position', 'preceding') }}
            as initials_before,
    from word
),

final as (
    select
        abbreviated.name_key,
        abbreviated.record_key,
        abbreviated.record_type,
        abbreviated.position,
        abbreviated.word,
        abbreviated.token,
        abbreviated.class,
        abbreviated.is_own_town,
        weight.account_count,
        weight.customer_count,
        cast(
            case abbreviated.class
                when 'legal' then 0.2
                when 'weak' then 1
                when 'generic' then least(weight.rarity_bits, 3.5)
                when 'place' then least(weight.rarity_bits, 4)
                else weight.rarity_bits
            end
            * case
                -- what the record's town or the rest of its name says already
                when
                    abbreviated.is_own_town
                    or (
                        length(abbreviated.word) >= 2
                        and abbreviated.word
                        in (abbreviated.initials_after, abbreviated.initials_before)
                    )
                    then 0.3
                else 1
            end
            as decimal(6, 2)
        ) as weight,
    from abbreviated
    left join weight on abbreviated.word = weight.word
)

select * from final
