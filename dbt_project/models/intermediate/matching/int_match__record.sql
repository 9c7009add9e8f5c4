-- one row per record that may be matched, with its fields as the matcher compares them
with

party as (
    select * from {{ ref('int_match__party') }}
),

shared_domain as (
    select domain from {{ ref('free_mail_domain') }}
),

cleaned as (
    select
        party.record_type,
        party.source_system,
        party.record_id,
        party.source_system || ':' || party.record_id as record_key,
        {{ company_name_text('party.record_name') }} as name_text,
        {{ town_key('party.city') }} as city_key,
        upper(nullif({{ regexp_replace_all('party.state', "[^A-Za-z0-9 ]", "") }}, ''))
            as state_key,
        {{ postal_area('party.postal_code') }} as postal_key,
        {{ street_number('party.street') }} as street_number,
        {{ street_word('party.street') }} as street_word,
        party.country,
        lower(party.domain) as domain,
        -- national part: country codes are written or not
        case
            when length({{ regexp_replace_all('party.phone', "[^0-9]", "") }}) >= 7
                then right({{ regexp_replace_all('party.phone', "[^0-9]", "") }}, 8)
        end as phone_key,
        party.is_gone,
    from party
),

final as (
    select
        cleaned.* exclude (domain),
        -- hosts that many share say nothing about one
        case when shared_domain.domain is null then cleaned.domain end as domain,
        case
            when shared_domain.domain is null
                then {{ regexp_replace_all(domain_label('cleaned.domain'), "[^a-z0-9]", "") }}
        end as domain_label,
        {{ whole_bits(
            "count(*) over (partition by cleaned.city_key, cleaned.state_key)"
        ) }} as city_bits,
    from cleaned
    left join shared_domain on cleaned.domain = shared_domain.domain
)

select * from final
