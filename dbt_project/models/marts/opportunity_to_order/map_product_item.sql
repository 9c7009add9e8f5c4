-- one row per CRM product, ERP, item that it stands for and span; without an item one per span
select
    crm_system,
    product_key,
    product_id,
    product_code,
    product_name,
    coalesce(erp_system, '') as erp_system,
    coalesce(sku, '') as sku,
    item_id,
    share,
    map_rule,
    is_manual_review,
    valid_from,
    valid_to,
from {{ ref('int_crm__product_item') }}
