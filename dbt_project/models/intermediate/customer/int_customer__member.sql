-- one row per source_system and record (account or ERP customer), with the customer it belongs to
select
    source_system,
    record_type,
    record_id,
    component_key,
    customer_key,
from {{ ref('int_customer__membership') }}
where valid_to = cast('9999-12-31' as date)
