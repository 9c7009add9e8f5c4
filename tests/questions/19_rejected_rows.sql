-- Which rows were rejected, why, how much money do they carry, who has to act?
select
    currency,
    amount,
    system,
    object,
    source_key,
    owner,
    detail as reason,
from operations.exception
where exception_type = 'dead_letter'
order by currency, amount desc, system, object, source_key
