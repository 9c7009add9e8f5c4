-- one row per two records that were compared, with the points for their being one company
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='sync_all_columns',
    pre_hook=["{{ forget_changed_pairs() }}", "{{ forget_changed_records() }}"],
) }}
{%- set points = match_points() %}
with

compared as (
    select * from {{ ref('int_match__compared') }}
),

corpus as (
    select * from {{ ref('int_match__corpus') }}
),

-- what a name and a place single out of all records, less what it takes to single out one
told as (
    select
        compared.*,
        case
            -- short ones may be equal by chance when blanks are left out: "CI&T" and "CIT"
            when
                compared.is_same_spelling
                and (compared.overlap >= 0.5 or length(compared.spelling) >= 6)
                then 'same name'
            when
                compared.is_same_core and (compared.overlap >= 0.5 or length(compared.core) >= 6)
                then 'same core of the name'
            when compared.acronym_length > 0 and compared.plain_overlap < 0.7 then 'acronym'
            else 'similar name'
        end as name_agreement,
        compared.weight - compared.bits as residue,
        compared.other_weight - compared.other_bits as other_residue,
        (corpus.account_bits + corpus.customer_bits) / cast(2 as decimal(3, 0)) as needed_bits,
        case
            when compared.city_agreement = 1
                then least(corpus.record_bits - compared.city_bits, 7)
            else 0
        end as city_place_bits,
        case when compared.postal_agreement = 1 then 2 else 0 end
        + case when compared.street_agreement = 1 then 4 else 0 end
        + case when compared.phone_agreement = 1 then 8 else 0 end
        + case when compared.domain_agreement = 'same domain' then 10 else 0 end as place_bits,
    from compared
    cross join corpus
),

informed as (
    select
        told.*,
        greatest(
            least(
                case
                    when told.name_agreement in ('same name', 'same core of the name')
                        then 1.5 - case
                            when told.city_agreement = 1 then told.town_bits else told.name_bits
                        end
                        - greatest(0, (20 - told.weight - told.other_weight) / 8)
                    when told.name_agreement = 'acronym' then -1 + told.city_place_bits
                    else
                        (told.bits + told.other_bits) / 2 - told.needed_bits
                        + told.city_place_bits
                end
                + told.place_bits,
                2
            ),
            -- the name in the other's web domain singles out by itself
            case when told.domain_agreement = 'name in domain' then -0.5 else -4 end
        ) as information,
    from told
),

weighed as (
    select
        informed.*,
        case name_agreement
            when 'same name' then {{ points.same_name }}
            when 'same core of the name'
                then {{ points.same_core }} - least(0.8, (residue + other_residue) * 0.1)
            when 'acronym'
                then case
                    when acronym_length = 2 then {{ points.short_acronym }}
                    else {{ points.acronym }}
                end
            else greatest(
                {{ points.overlap_offset }} + {{ points.overlap }} * least(overlap, 1)
                + case when starts_alike then {{ points.starts_alike }} else 0 end
                + {{ points.first_word }} * first_word
                + {{ points.residue }} * least(residue, other_residue),
                case
                    when domain_agreement = 'name in domain' then 0.5
                    -- two ways to reach them are the same: whatever the name, it is the same door
                    when
                        case when domain_agreement = 'same domain' then 1 else 0 end
                        + case when phone_agreement = 1 then 1 else 0 end
                        + case when street_agreement = 1 then 1 else 0 end >= 2
                        then 0
                    else -6
                end
            )
        end as name_points,
        case domain_agreement
            when 'same domain' then {{ points.same_domain }}
            when 'name in domain'
                then case
                    when name_agreement in ('same name', 'same core of the name') then 1
                    else {{ points.name_in_domain }}
                end
            when 'acronym in domain' then {{ points.acronym_in_domain }}
            else 0
        end as domain_points,
        case city_agreement
            when 1 then {{ points.same_city }} when -1 then {{ points.other_city }} else 0
        end
        + case state_agreement
            when 1 then {{ points.same_state }} when -1 then {{ points.other_state }} else 0
        end
        + case postal_agreement
            when 1 then {{ points.same_postal_code }}
            when -1 then {{ points.other_postal_code }}
            else 0
        end
        + case street_agreement
            when 1 then {{ points.same_street_number }}
            when -1 then {{ points.other_street_number }}
            else 0
        end
        + case when country_agreement = -1 then {{ points.other_country }} else 0 end
        + case when phone_agreement = 1 then {{ points.same_phone }} else 0 end
        -- another address altogether, under a name that is not rare enough to make up for it
        + case
            when
                street_agreement = -1 and city_agreement = -1
                and (weight + other_weight) / 2 < needed_bits + 3
                then {{ points.other_address }}
            else 0
        end
            as place_points,
        {{ match_names_agree() }} as names_agree,
    from informed
),

spoken as (
    select
        weighed.*,
        {{ match_speaks_for_itself() }} as speaks_for_itself,
    from weighed
),

final as (
    select
        record_key,
        other_record_key,
        record_type,
        other_record_type,
        name_agreement,
        domain_agreement,
        city_agreement,
        state_agreement,
        postal_agreement,
        street_agreement,
        country_agreement,
        phone_agreement,
        overlap,
        acronym_length,
        names_agree,
        speaks_for_itself,
        cast(
            least(
                name_points + information + domain_points + place_points,
                case
                    when not speaks_for_itself then {{ points.person_below }}
                    when
                        name_agreement in ('similar name', 'acronym')
                        and domain_agreement is distinct from 'same domain'
                        and street_agreement <> 1 and postal_agreement <> 1 and phone_agreement <> 1
                        then {{ points.name_alone_below }}
                    else 99
                end
            )
            as decimal(6, 2)
        ) as score,
    from spoken
)

select * from final
