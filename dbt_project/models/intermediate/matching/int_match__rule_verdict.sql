-- one row per CRM account and ERP customer paired by rule or score: the verdict of rules alone
with

threshold as (
    select * from {{ ref('int_match__threshold') }}
),

contest as (
    select * from {{ ref('int_match__contest') }}
),

{{ match_verdict('contest') }}

select
    account_key,
    customer_key,
    match_rule,
    verdict,
    probability,
    candidate_rank,
    review_reason,
from verdict
-- nobody needs to decide about a record that is gone
where verdict <> 'rejected' and (not is_past or verdict = 'accepted')
