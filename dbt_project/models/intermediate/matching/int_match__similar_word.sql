-- one row per word of a CRM name and word of an ERP name that may be one, and how alike they are
with

weight as (
    select
        *,
        account_count > 0 as in_crm,
        customer_count > 0 as in_erp,
        -- a common word may be misspelt; of two rare ones that both sides know, neither is a slip
        account_count + customer_count >= 6 as is_common,
        {{ regexp_replace_all('word', "[aeiou]", "") }} as consonants,
    from {{ ref('int_match__word_weight') }}
    where length(word) >= 3 and not {{ regexp_matches('word', "[0-9]") }}
),

crm_word as (
    select * from weight
    where in_crm
),

erp_word as (
    select * from weight
    where in_erp
),

crm_spelling as (
    select
        word,
        not in_erp as is_alone,
        {{ spellings_of('word') }},
    from crm_word
    where length(word) >= 5 and (not in_erp or is_common)
),

erp_spelling as (
    select
        word,
        not in_crm as is_alone,
        {{ spellings_of('word') }},
    from erp_word
    where length(word) >= 5 and (not in_crm or is_common)
),

crm_beginning as (
    select
        word,
        {{ beginnings_of('word', 4) }},
    from crm_word
),

erp_beginning as (
    select
        word,
        {{ beginnings_of('word', 4) }},
    from erp_word
),

alike as (
    -- plural and possessive
    select
        crm_word.word,
        erp_word.word as other_word,
        0.95 as likeness,
    from crm_word
    inner join erp_word on erp_word.word = crm_word.word || 's'
    where length(crm_word.word) >= 4
    union all
    select
        crm_word.word,
        erp_word.word as other_word,
        0.95 as likeness,
    from erp_word
    inner join crm_word on crm_word.word = erp_word.word || 's'
    where length(erp_word.word) >= 4
    union all
    -- one letter wrong, missing, added or swapped
    select
        crm_spelling.word,
        erp_spelling.word as other_word,
        0.8 as likeness,
    from crm_spelling
    inner join erp_spelling on crm_spelling.spelling = erp_spelling.spelling
    where
        left(crm_spelling.word, 1) = left(erp_spelling.word, 1)
        and crm_spelling.word <> erp_spelling.word
        and (crm_spelling.is_alone or erp_spelling.is_alone)
    union all
    -- cut short
    select
        crm_word.word,
        erp_beginning.word as other_word,
        0.75 as likeness,
    from crm_word
    inner join erp_beginning on crm_word.word = erp_beginning.beginning
    where not crm_word.in_erp and length(crm_word.word) * 2 >= length(erp_beginning.word)
    union all
    select
        crm_beginning.word,
        erp_word.word as other_word,
        0.75 as likeness,
    from erp_word
    inner join crm_beginning on erp_word.word = crm_beginning.beginning
    where not erp_word.in_crm and length(erp_word.word) * 2 >= length(crm_beginning.word)
    union all
    -- vowels left out: "mrch" for "merchants"
    select
        crm_word.word,
        erp_word.word as other_word,
        0.7 as likeness,
    from crm_word
    inner join erp_word
        on
            left(crm_word.word, 3) = left(erp_word.consonants, 3)
            and erp_word.consonants like crm_word.word || '%'
    where crm_word.word = crm_word.consonants and not crm_word.in_erp
    union all
    select
        crm_word.word,
        erp_word.word as other_word,
        0.7 as likeness,
    from erp_word
    inner join crm_word
        on
            left(erp_word.word, 3) = left(crm_word.consonants, 3)
            and crm_word.consonants like erp_word.word || '%'
    where erp_word.word = erp_word.consonants and not erp_word.in_crm
),

final as (
    select
        word,
        other_word,
        cast(max(likeness) as decimal(3, 2)) as likeness,
    from alike
    where word <> other_word
    group by word, other_word
)

select * from final
