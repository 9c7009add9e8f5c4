-- one row per record whose pairs are scored, with the digest of what they were scored on
{#- Built after the pairs: a night that dies between the two compares these records once more. -#}
-- depends_on: {{ ref('int_match__pair_score') }}
select
    record_key,
    signature,
from {{ ref('int_match__signature') }}
