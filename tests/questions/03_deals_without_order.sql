-- Which closed-won deals have no order, how old are they, and are they leakage or in flight?
select
    class,
    priority,
    opportunity_id,
    opportunity_name,
    close_date,
    currency,
    amount,
    age_business_days,
    sla_business_days,
    reason,
    owner,
    acts,
    next_action,
from opportunity_to_order.rpt_leakage
order by priority
