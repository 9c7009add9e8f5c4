-- Bookings of a set and the deals that its report filter leaves out are all won deals: none is lost
-- when it is classified, none is counted twice.
with counted as (
    select definition_id, currency, amount from {{ ref('int_booking__classified') }}
    union all
    select definition_set.definition_id, deal.currency, -deal.amount as amount
    from {{ ref('int_booking__deal') }} as deal
    cross join {{ source('definitions', 'definition_set') }} as definition_set
)

select definition_id, currency, sum(amount) as difference
from counted
group by definition_id, currency
having sum(amount) <> 0
