-- What is left of a group after its FX is rounding: never more than a minor unit for each value
-- that was rounded. More would be a plug.
select *
from {{ ref('int_reporting__rest') }}
where not is_rate_missing and abs(value) > most_rounding
