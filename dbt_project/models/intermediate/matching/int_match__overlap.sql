-- one row per pair to score and two readings of their names, with the bits that their words share
with

pair as (
    select * from {{ ref('int_match__pair_to_score') }}
),

name as (
    select * from {{ ref('int_match__name_feature') }}
),

word as (
    select * from {{ ref('int_match__matchable_word') }}
),

similar_word as (
    select * from {{ ref('int_match__similar_word') }}
),

reading as (
    select
        pair.*,
        one.name_key,
        other.name_key as other_name_key,
        one.weight,
        other.weight as other_weight,
        one.telling_weight,
        other.telling_weight as other_telling_weight,
    from pair
    inner join name as one on pair.record_key = one.record_key
    inner join name as other on pair.other_record_key = other.record_key
),

shared_word as (
    select
        reading.name_key,
        reading.other_name_key,
        one.word,
        one.position,
        one.class,
        one.is_own,
        one.weight,
        other.word as other_word,
        other.position as other_position,
        other.class as other_class,
        other.is_own as other_is_own,
        other.weight as other_weight,
        cast(1 as decimal(3, 2)) as likeness,
    from reading
    inner join word as one on reading.name_key = one.name_key
    inner join word as other
        on reading.other_name_key = other.name_key and one.word = other.word
    where one.is_own or other.is_own
    union all
    select
        reading.name_key,
        reading.other_name_key,
        one.word,
        one.position,
        one.class,
        one.is_own,
        one.weight,
        other.word as other_word,
        other.position as other_position,
        other.class as other_class,
        other.is_own as other_is_own,
        other.weight as other_weight,
        similar_word.likeness,
    from reading
    inner join word as one on reading.name_key = one.name_key
    inner join similar_word on one.word = similar_word.word
    inner join word as other
        on
            reading.other_name_key = other.name_key
            and similar_word.other_word = other.word
    where
        (one.is_own or other.is_own)
        and reading.record_type = 'account' and reading.other_record_type = 'erp_customer'
),

{{ shared_bits('one_side', '', 'other_') }},

{{ shared_bits('other_side', 'other_', '') }},

final as (
    select
        reading.*,
        least(coalesce(one_side.bits, 0), reading.weight) as bits,
        least(coalesce(other_side.bits, 0), reading.other_weight) as other_bits,
        coalesce(one_side.plain_bits, 0) as plain_bits,
        coalesce(other_side.plain_bits, 0) as other_plain_bits,
        reading.telling_weight - coalesce(one_side.telling_bits, 0) as telling_residue,
        reading.other_telling_weight - coalesce(other_side.telling_bits, 0)
            as other_telling_residue,
        coalesce(one_side.first_word, 0) as first_word,
    from reading
    left join one_side
        on
            reading.name_key = one_side.name_key
            and reading.other_name_key = one_side.other_name_key
    left join other_side
        on
            reading.name_key = other_side.name_key
            and reading.other_name_key = other_side.other_name_key
)

select * from final
