-- What was agreed together is shared out whole: a cent that an allocation lost or made would be
-- recognised by nobody or twice.
select
    erp_system,
    bargain_id,
    sum(amount) as allocated_amount,
    sum(sales_amount + price_adjustment) as agreed_amount
from {{ ref('int_revenue__obligation') }}
group by erp_system, bargain_id
having sum(amount) <> sum(sales_amount + price_adjustment)
