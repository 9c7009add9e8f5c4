-- one row per deal whose lines do not add up to the amount that the CRM's report shows: money would
-- be booked that no line carries, or the other way round
with

line_total as (
    select
        crm_system,
        opportunity_id,
        sum(amount) as amount,
    from {{ ref('int_crm__opportunity_line') }}
    where not is_deleted
    group by crm_system, opportunity_id
)

select
    opportunity.crm_system,
    opportunity.opportunity_id,
    opportunity.amount,
    line_total.amount as line_amount,
from {{ ref('int_crm__opportunity') }} as opportunity
left join line_total
    on
        opportunity.crm_system = line_total.crm_system
        and opportunity.opportunity_id = line_total.opportunity_id
where
    not opportunity.is_deleted
    and opportunity.amount is not null
    and coalesce(line_total.amount, 0) <> opportunity.amount
