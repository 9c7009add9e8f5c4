-- What is sold but blocked, and by what (credit, stock, missing tax data)?
select
    priority,
    record_type,
    record_number,
    customer_name,
    blocked_by,
    evidence,
    currency,
    blocked_amount,
    age_business_days,
    acts,
    next_action,
from opportunity_to_order.rpt_blocked_order
order by priority
