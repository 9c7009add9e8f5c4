-- one row per reading of a name and word in it, with what kind of word it is
with

name as (
    select * from {{ ref('int_match__name') }}
),

record as (
    select
        record_key,
        city_key,
    from {{ ref('int_match__record') }}
),

knowledge as (
    select * from {{ ref('name_word') }}
),

token as (
    select
        name_key,
        record_key,
        record_type,
        {{ words_of('name_text') }},
    from name
),

lettered as (
    select
        token.*,
        length(token.word) = 1 and token.word between 'a' and 'z' as is_letter,
        coalesce(
            length(lag(token.word) over (partition by token.name_key order by token.position)) = 1
            and lag(token.word) over (partition by token.name_key order by token.position)
            between 'a' and 'z',
            false
        ) as follows_letter,
    from token
),

-- letters in a row are one word: "A O Smith" and "Smith A. O." both have the word "ao"
run as (
    select
        lettered.*,
        sum(case when is_letter and follows_letter then 0 else 1 end) over (
            partition by name_key order by position
        ) as run,
    from lettered
),

joined as (
    select
        name_key,
        record_key,
        record_type,
        run as position,
        {{ string_list('word', 'position', '') }} as token,
    from run
    group by name_key, record_key, record_type, run
),

classed as (
    select
        joined.*,
        coalesce(knowledge.canonical, joined.token) as word,
        case
            -- a name may begin with what is a form or an article elsewhere: "SE Labs", "La Redoute"
            when knowledge.class = 'legal' and joined.position = 1 then 'name'
            when
                knowledge.class = 'stop' and joined.position = 1
                and joined.token not in ('the', 'and')
                then 'weak'
            when knowledge.class = 'legal_prefix' then 'legal'
            else coalesce(knowledge.class, 'name')
        end as class,
        (' ' || record.city_key || ' ') like ('% ' || joined.token || ' %') as is_own_town,
    from joined
    left join knowledge on joined.token = knowledge.word
    left join record on joined.record_key = record.record_key
),

final as (
    select
        name_key,
        record_key,
        record_type,
        position,
        word,
        token,
        case
            -- nothing telling: then fillers are the name ("Global Partners LP"), or even forms are
            when
                count(case when class not in ('legal', 'stop', 'weak') then 1 end)
                    over (partition by name_key)
                = 0
                and (
                    class = 'weak'
                    or count(case when class = 'weak' then 1 end) over (partition by name_key) = 0
                )
                then 'name'
            else class
        end as class,
        coalesce(is_own_town, false) as is_own_town,
    from classed
)

select * from final
