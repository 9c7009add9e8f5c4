-- Which CRM accounts have no ERP customer, and how much closed-won value sits there?
select
    currency,
    crm_account_id,
    crm_account_name,
    owner,
    match_status,
    review_pair_count,
    won_deal_count,
    won_amount,
from account_mapping.rpt_account_match
where match_status <> 'matched'
order by currency, won_amount desc, crm_account_id
