-- one row per run: the probabilities from which a pair is accepted, and from which a person sees it
with

threshold as (
    select threshold.*
    from {{ source('definitions', 'matching_threshold') }} as threshold
    inner join {{ source('definitions', 'definition_set') }} as definition_set
        on threshold.definition_id = definition_set.definition_id
    where definition_set.is_primary
)

select
    coalesce(
        cast(max(case when threshold = 'match_auto_accept' then value end) as decimal(5, 4)), 0.95
    ) as match_auto_accept,
    coalesce(
        cast(max(case when threshold = 'match_review_floor' then value end) as decimal(5, 4)), 0.05
    ) as match_review_floor,
from threshold
