-- one row per crm_system and account_id: its customer, and the ERP customer it buys through
select * exclude (valid_from, valid_to)
from {{ ref('int_customer__account_span') }}
where valid_to = cast('9999-12-31' as date)
