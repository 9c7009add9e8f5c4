-- Which CRM products that were sold map to no ERP item, and how much money do they hold?
select
    currency,
    source_key as product_id,
    amount as won_amount,
    owner,
    detail,
from operations.exception
where exception_type = 'unmapped_product'
order by currency, won_amount desc, product_id
