-- Which deals were reopened, re-dated or edited after their quarter ended?
select
    opportunity_id,
    opportunity_name,
    change_type,
    from_value,
    to_value,
    changed_at,
    changed_by,
    fiscal_quarter,
    period,
    currency,
    amount_effect,
from opportunity_to_order.fct_opportunity_change
where definition_id = 'standard' and is_after_quarter_end
order by changed_at, opportunity_id
