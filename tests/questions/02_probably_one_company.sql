-- Which accounts are probably the same company, and why do we think so?
select
    record_id,
    record_name,
    other_record_id,
    other_record_name,
    match_status,
    match_rule,
    evidence,
    evidence_grade,
    match_probability,
    amounts_by_currency,
from account_mapping.rpt_duplicate
where record_type = 'account'
order by match_probability desc, amount_at_risk desc, record_id, other_record_id
