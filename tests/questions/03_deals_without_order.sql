-- Which closed-won deals have no order, how old are they, and are they leakage or in flight?
select
    class,
    opportunity_id,
    opportunity_name,
    owner_name,
    close_date,
    currency,
    amount,
    age_business_days,
    sla_business_days,
    reason,
from opportunity_to_order.rpt_leakage
order by class, age_business_days desc, opportunity_id
