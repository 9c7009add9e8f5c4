-- one row per pair to score: how names, web domains and places agree, by the best readings
with

overlap as (
    select * from {{ ref('int_match__overlap') }}
),

name as (
    select * from {{ ref('int_match__name_feature') }}
),

record as (
    select * from {{ ref('int_match__record') }}
),

spelt as (
    select
        overlap.*,
        -- blanks in the wrong place and slips of a letter, which no word by word comparison sees
        case
            when least(length(one.core), length(other.core)) >= 8
                then least(
                    {{ edit_distance('left(one.core, 60)', 'left(other.core, 60)') }},
                    {{ edit_distance('left(one.letters, 60)', 'left(other.letters, 60)') }}
                )
        end as letters_apart,
        greatest(length(one.core), length(other.core)) as letter_count,
        case
            when overlap.weight + overlap.other_weight > 0
                then cast(
                    (overlap.bits + overlap.other_bits) / (overlap.weight + overlap.other_weight)
                    as decimal(6, 4)
                )
            else cast(0 as decimal(6, 4))
        end as overlap,
        case
            when overlap.weight + overlap.other_weight > 0
                then cast(
                    (overlap.plain_bits + overlap.other_plain_bits)
                    / (overlap.weight + overlap.other_weight) as decimal(6, 4)
                )
            else cast(0 as decimal(6, 4))
        end as plain_overlap,
        one.spelling,
        other.spelling as other_spelling,
        one.core,
        other.core as other_core,
        one.spelling = other.spelling and one.spelling <> '' as is_same_spelling,
        (
            one.core in (other.core, other.spelling) or one.spelling = other.core
            or one.sorted_core = other.sorted_core
            or coalesce(one.letters = other.letters, false)
        )
        and one.core <> '' and other.core <> '' as is_same_core,
        one.core <> '' and other.core <> ''
        and (
            left(one.core, length(other.core)) = other.core
            or left(other.core, length(one.core)) = one.core
        ) as starts_alike,
        case
            when
                length(one.spelling) between 2 and 6
                and one.spelling
                in (other.initials, other.initials_with_form, other.initials_of_core)
                then length(one.spelling)
            when
                length(other.spelling) between 2 and 6
                and other.spelling in (one.initials, one.initials_with_form, one.initials_of_core)
                then length(other.spelling)
            else 0
        end as acronym_length,
        case
            when overlap.record_type = overlap.other_record_type then 0
            else one.account_name_bits + other.customer_name_bits
        end as name_bits,
        case
            when overlap.record_type = overlap.other_record_type then 0
            else one.account_town_bits + other.customer_town_bits
        end as town_bits,
        other.initials as other_initials,
        other.initials_with_form as other_initials_with_form,
        one.initials,
        one.initials_with_form,
    from overlap
    left join name as one on overlap.name_key = one.name_key
    left join name as other on overlap.other_name_key = other.name_key
),

misspelt as (
    select
        spelt.* exclude (
            overlap, plain_overlap, bits, other_bits, telling_residue, other_telling_residue,
            letters_apart, letter_count
        ),
        coalesce(
            letters_apart * 6 <= letter_count
            and 1 - 2.0 * letters_apart / letter_count > overlap,
            false
        ) as is_misspelt,
        cast(1 - 2.0 * letters_apart / letter_count as decimal(6, 4)) as spelling_overlap,
        overlap,
        plain_overlap,
        bits,
        other_bits,
        telling_residue,
        other_telling_residue,
    from spelt
),

respelt as (
    select
        misspelt.* exclude (
            spelling_overlap, overlap, plain_overlap, bits, other_bits, telling_residue,
            other_telling_residue
        ),
        case when is_misspelt then spelling_overlap else overlap end as overlap,
        case when is_misspelt then spelling_overlap else plain_overlap end as plain_overlap,
        case when is_misspelt then weight * spelling_overlap else bits end as bits,
        case
            when is_misspelt then other_weight * spelling_overlap else other_bits
        end as other_bits,
        case when is_misspelt then 0 else telling_residue end as telling_residue,
        case when is_misspelt then 0 else other_telling_residue end as other_telling_residue,
    from misspelt
),

placed as (
    select
        respelt.*,
        case
            when one.domain = other.domain then 'same domain'
            when
                one.domain_label in (respelt.other_core, respelt.other_spelling)
                or other.domain_label in (respelt.core, respelt.spelling)
                then 'name in domain'
            when
                one.domain_label in (respelt.other_initials, respelt.other_initials_with_form)
                or other.domain_label in (respelt.initials, respelt.initials_with_form)
                then 'acronym in domain'
        end as domain_agreement,
        case
            -- Springfield, Illinois, is not Springfield, Missouri
            when
                (length(one.state_key) > 3) = (length(other.state_key) > 3)
                and one.state_key <> other.state_key
                and one.city_key = other.city_key
                then -1
            else {{ agreement('one.city_key', 'other.city_key') }}
        end as city_agreement,
        case
            -- "Texas" against "TX" is no difference
            when (length(one.state_key) > 3) = (length(other.state_key) > 3)
                then {{ agreement('one.state_key', 'other.state_key') }}
            else 0
        end as state_agreement,
        {{ agreement('one.postal_key', 'other.postal_key') }} as postal_agreement,
        case
            when one.street_number = other.street_number and one.street_word <> other.street_word
                then -1
            else {{ agreement('one.street_number', 'other.street_number') }}
        end as street_agreement,
        {{ agreement('one.country', 'other.country') }} as country_agreement,
        {{ agreement('one.phone_key', 'other.phone_key') }} as phone_agreement,
        greatest(one.city_bits, other.city_bits) as city_bits,
    from respelt
    left join record as one on respelt.record_key = one.record_key
    left join record as other on respelt.other_record_key = other.record_key
),

final as (
    select
        *,
        row_number() over (
            partition by record_key, other_record_key
            order by
                is_same_spelling desc, is_same_core desc, overlap desc, acronym_length desc,
                name_key asc, other_name_key asc
        ) as best_reading_first,
    from placed
)

select * exclude (best_reading_first)
from final
where best_reading_first = 1
