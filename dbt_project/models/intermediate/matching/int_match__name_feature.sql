-- one row per reading of a name: its spellings, its initials, and how often it occurs
with

word as (
    select * from {{ ref('int_match__weighted_word') }}
),

name as (
    select
        name_key,
        record_key,
        record_type,
        split_part(name_key, '#', 2) as reading,
        {{ string_list("case when class <> 'legal' then word end", 'position', '') }} as spelling,
        coalesce(
            {{ string_list(
                "case when class not in ('legal', 'weak') then word end", 'position', ''
            ) }},
            ''
        ) as core,
        -- as it is written: a word that a blank has lost or won is not the same word any more
        coalesce(
            {{ string_list(
                "case when class not in ('legal', 'weak') then token end", 'position', ''
            ) }},
            ''
        ) as letters,
        coalesce(
            {{ string_list(
                "case when class not in ('legal', 'weak') then word end", 'word', ' '
            ) }},
            ''
        ) as sorted_core,
        coalesce(
            {{ string_list("case when class <> 'legal' then left(word, 1) end", 'position', '') }},
            ''
        ) as initials,
        coalesce({{ string_list("left(word, 1)", 'position', '') }}, '') as initials_with_form,
        coalesce(
            {{ string_list(
                "case when class not in ('legal', 'weak') then left(word, 1) end", 'position', ''
            ) }},
            ''
        ) as initials_of_core,
        sum(weight) as weight,
        sum(case when class in ('name', 'place', 'alias') then weight else 0 end) as telling_weight,
    from word
    group by name_key, record_key, record_type
),

live as (
    select
        name.core,
        name.record_type,
        name.record_key,
        record.city_key,
    from name
    inner join {{ ref('int_match__record') }} as record on name.record_key = record.record_key
    where name.reading = 'name' and not record.is_gone
),

occurring as (
    select
        core,
        {{ whole_bits("count(case when record_type = 'account' then 1 end)") }}
            as account_name_bits,
        {{ whole_bits("count(case when record_type = 'erp_customer' then 1 end)") }}
            as customer_name_bits,
    from live
    group by core
),

-- "First National Bank" is many, the one in Albany may be the only one there
occurring_in_town as (
    select
        core,
        city_key,
        {{ whole_bits("count(case when record_type = 'account' then 1 end)") }}
            as account_town_bits,
        {{ whole_bits("count(case when record_type = 'erp_customer' then 1 end)") }}
            as customer_town_bits,
    from live
    where city_key is not null
    group by core, city_key
),

final as (
    select
        name.* exclude (spelling),
        coalesce(name.spelling, '') as spelling,
        coalesce(occurring.account_name_bits, 0) as account_name_bits,
        coalesce(occurring.customer_name_bits, 0) as customer_name_bits,
        coalesce(in_town.account_town_bits, 0) as account_town_bits,
        coalesce(in_town.customer_town_bits, 0) as customer_town_bits,
    from name
    left join occurring on name.core = occurring.core
    left join {{ ref('int_match__record') }} as record on name.record_key = record.record_key
    left join occurring_in_town as in_town
        on name.core = in_town.core and record.city_key = in_town.city_key
)

select * from final
